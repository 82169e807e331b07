"""How many frames are worked on at a time, where many are owed to one reader: others have their turn in between."""

from collections.abc import Iterable, Iterator

from zeropoint.feed.frames import Frame

# To narrow samples of 30 KB takes 0.2 to 0.3 ms each, so that a piece takes less than one.
PIECE_BYTES = 64 * 1024
PIECE_FRAMES = 64
# To narrow so many counts as a request.
REQUEST_SAMPLES = 16


def pieces(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """The frames in order, each once, in lists of PIECE_FRAMES at most that end with the frame that fills
    PIECE_BYTES."""
    piece: list[Frame] = []
    size = 0
    for frame in frames:
        piece.append(frame)
        size += len(frame.payload)
        if size >= PIECE_BYTES or len(piece) == PIECE_FRAMES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece
