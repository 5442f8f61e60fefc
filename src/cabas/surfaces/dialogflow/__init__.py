"""The shop as a webhook of Dialogflow CX: phone lines, and a retailer's own bot."""
