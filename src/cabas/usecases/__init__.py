"""One async function per thing someone wants. They check who may, call the pure core, and store through ports."""
