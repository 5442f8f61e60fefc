"""What the official MCP conformance suite expects to find on a server: tools, resources and prompts that sell nothing.

They exist in test mode only (`CABAS_TESTING=1`). Names and answers are the suite's own
(@modelcontextprotocol/conformance, server scenarios).
"""

from __future__ import annotations

import asyncio
import base64
import struct
import zlib
from typing import Annotated, Any

from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts.base import Message, UserMessage
from mcp_types import (
    AudioContent,
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import Field

STEP_SECONDS = 0.05


def _png() -> str:
    """One red dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()


def _wav() -> str:
    """A hundredth of a second of silence."""
    samples = bytes(160)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16,
                       b"data", len(samples))  # fmt: skip
    return base64.b64encode(head + samples).decode()


def _text(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)])


def _resource(uri: str, text: str, mime: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime, text=text))


def add(server: MCPServer[Any]) -> None:
    """Offer all of it."""
    _contents(server)
    _talking(server)
    _asking(server)
    _reading(server)
    _prompts(server)
    _requests(server)


def _contents(server: MCPServer[Any]) -> None:
    @server.tool()
    async def test_simple_text() -> CallToolResult:
        """Answers with text."""
        return _text("This is a simple text response for testing.")

    @server.tool()
    async def test_image_content() -> CallToolResult:
        """Answers with an image."""
        return CallToolResult(content=[ImageContent(type="image", data=_png(), mime_type="image/png")])

    @server.tool()
    async def test_audio_content() -> CallToolResult:
        """Answers with a sound."""
        return CallToolResult(content=[AudioContent(type="audio", data=_wav(), mime_type="audio/wav")])

    @server.tool()
    async def test_embedded_resource() -> CallToolResult:
        """Answers with a resource."""
        return CallToolResult(content=[_resource("test://embedded-resource", "This is an embedded resource content.")])

    @server.tool()
    async def test_multiple_content_types() -> CallToolResult:
        """Answers with text, an image and a resource."""
        data = _resource("test://mixed-content-resource", '{"test":"data","value":123}', "application/json")
        text = TextContent(type="text", text="Multiple content types test:")
        return CallToolResult(content=[text, ImageContent(type="image", data=_png(), mime_type="image/png"), data])

    @server.tool()
    async def test_error_handling() -> CallToolResult:
        """Fails."""
        raise ToolError("This tool intentionally returns an error for testing")


def _talking(server: MCPServer[Any]) -> None:
    @server.tool()
    async def test_tool_with_logging(ctx: Context[Any]) -> CallToolResult:
        """Logs three times."""
        for step in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await ctx.request_context.session.send_log_message(
                "info", step, related_request_id=ctx.request_context.request_id
            )
            await asyncio.sleep(STEP_SECONDS)
        return _text("Logged.")

    @server.tool()
    async def test_tool_with_progress(ctx: Context[Any]) -> CallToolResult:
        """Reports how far it is."""
        for done in (0, 50, 100):
            await ctx.report_progress(done, 100)
            await asyncio.sleep(STEP_SECONDS)
        return _text("Done.")

    @server.tool()
    async def test_sampling(prompt: str, ctx: Context[Any]) -> CallToolResult:
        """Asks the client's model."""
        asked = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
        answer = await ctx.request_context.session.create_message(
            [asked], max_tokens=100, related_request_id=ctx.request_context.request_id
        )
        return _text(f"LLM response: {getattr(answer.content, 'text', '')}")


def _asking(server: MCPServer[Any]) -> None:
    async def ask(ctx: Context[Any], message: str, properties: dict[str, Any], required: list[str]) -> str:
        schema = {"type": "object", "properties": properties, "required": required}
        answer = await ctx.request_context.session.elicit_form(
            message, schema, related_request_id=ctx.request_context.request_id
        )
        return f"action={answer.action}, content={answer.content}"

    @server.tool()
    async def test_elicitation(message: str, ctx: Context[Any]) -> CallToolResult:
        """Asks the user."""
        fields = {
            "username": {"type": "string", "description": "User's response"},
            "email": {"type": "string", "description": "User's email address"},
        }
        return _text(f"User response: {await ask(ctx, message, fields, ['username', 'email'])}")

    @server.tool()
    async def test_elicitation_sep1034_defaults(ctx: Context[Any]) -> CallToolResult:
        """Asks with default values."""
        fields = {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": True},
        }
        return _text(f"Elicitation completed: {await ask(ctx, 'Please review', fields, [])}")

    @server.tool()
    async def test_elicitation_sep1330_enums(ctx: Context[Any]) -> CallToolResult:
        """Asks with every kind of choice."""

        def titled(*names: str) -> list[dict[str, str]]:
            return [{"const": f"value{number}", "title": name} for number, name in enumerate(names, 1)]

        fields = {
            "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
            "titledSingle": {"type": "string", "oneOf": titled("First Option", "Second Option", "Third Option")},
            "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
                           "enumNames": ["Option One", "Option Two", "Option Three"]},
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
            "titledMulti": {"type": "array", "items": {"anyOf": titled("First Choice", "Second Choice")}},
        }  # fmt: skip
        return _text(f"Elicitation completed: {await ask(ctx, 'Please choose', fields, [])}")


def _reading(server: MCPServer[Any]) -> None:
    @server.resource("test://static-text", name="static-text", mime_type="text/plain")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", name="static-binary", mime_type="image/png")
    def static_binary() -> bytes:
        return base64.b64decode(_png())

    @server.resource("test://watched-resource", name="watched-resource", mime_type="text/plain")
    def watched() -> str:
        return "Watched resource content"

    @server.resource("test://template/{id}/data", name="template", mime_type="application/json")
    def template(id: str) -> str:  # noqa: A002 (the suite's own name)
        return f'{{"id":"{id}","templateTest":true,"data":"Data for ID: {id}"}}'


def _prompts(server: MCPServer[Any]) -> None:
    @server.prompt()
    def test_simple_prompt() -> str:
        """A prompt without arguments."""
        return "This is a simple prompt for testing."

    @server.prompt()
    def test_prompt_with_arguments(
        arg1: Annotated[str, Field(description="First")], arg2: Annotated[str, Field(description="Second")]
    ) -> str:
        """A prompt with arguments."""
        return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"

    @server.prompt()
    def test_prompt_with_embedded_resource(resourceUri: str) -> list[Message]:  # noqa: N803 (the suite's own name)
        """A prompt that holds a resource."""
        held = _resource(resourceUri, "Embedded resource content for testing.")
        return [UserMessage(held), UserMessage("Please process the embedded resource above.")]

    @server.prompt()
    def test_prompt_with_image() -> list[Message]:
        """A prompt that holds an image."""
        image = ImageContent(type="image", data=_png(), mime_type="image/png")
        return [UserMessage(image), UserMessage("Please analyze the image above.")]


def _requests(server: MCPServer[Any]) -> None:
    async def complete(ctx: ServerRequestContext[Any, Any], params: object) -> CompleteResult:
        return CompleteResult(completion=Completion(values=[], total=0, has_more=False))

    async def done(ctx: ServerRequestContext[Any, Any], params: object) -> EmptyResult:
        return EmptyResult()

    low = server._lowlevel_server
    low.add_request_handler("completion/complete", CompleteRequestParams, complete)
    low.add_request_handler("logging/setLevel", SetLevelRequestParams, done)
    low.add_request_handler("resources/subscribe", SubscribeRequestParams, done)
    low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, done)
