"""Text that others chose, such as names, addresses and error texts, for the operator's terminal."""

from rich.text import Text


def plain(text: str) -> Text:
    """Return the text as it is: brackets are no markup, and control characters are shown instead of obeyed."""
    return Text("\n".join(map(visible, text.split("\n"))))


def visible(text: str) -> str:
    """Return the text with control characters, line ends too, as Python writes them."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
