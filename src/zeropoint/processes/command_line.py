"""Command lines as they may be told: without what is, or may be, a secret. Pure.

To hide too much costs a detail, to hide too little a password: values of variables, queries of URLs and texts of
several words (scripts of `sh -c`, headers) are never told. A password that stands by itself and looks like a word can't
be known, which is why nothing is told unless somebody asks for it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

HIDDEN = "***"
MOST_WORDS, LONGEST_WORD = 64, 1024

# Names of options and fields that have secrets: some of these anywhere, others as words of their own.
SECRET = re.compile(
    r"pass|pwd|secret|token|credential|auth|bearer|cookie|session|signature|private|webhook"
    r"|(?:api|access|account|encryption|master|service|ssh|storage)key"
    r"|(?<![a-z])(?:cred|creds|dsn|jwt|key|keys|otp|pat|pin|psk|pw|salt|sas|sig)(?![a-z])",
    re.IGNORECASE,
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# What language models have beside secrets of such a name.
TOKENIZER = re.compile(r"tokeni[sz]er", re.IGNORECASE)
AMOUNT = re.compile(r"[0-9]{1,9}")
PORT = re.compile(r"[0-9]{1,5}")
# NAME=VALUE, --name=value, name:value; a URL is none of them.
FIELD = re.compile(r"(-{0,2}[\w.][\w.-]*)([=:])(?!//)(.*)", re.DOTALL)
VARIABLE = re.compile(r"(?<![\w-])[A-Z_][A-Z0-9_]*=")
NAME_AND_PASSWORD = re.compile(r":.*@", re.DOTALL)
URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*@)?([^?#]*)([?#].*)?", re.DOTALL)
# What stands behind a URL as its parameters, of which passwords are some: jdbc:sqlserver://host;user=sa;password=...
PARAMETERS = re.compile(r"[;,].*=.*", re.DOTALL)
# Short options that may stand together, the last of which asks for what follows, in the same word or in the next one.
ASKS_FOR_USER = re.compile(r"-[A-Za-z]{0,3}[uU]|--(?:proxy-)?user")
ASKS_FOR_PASSWORD = re.compile(r"-[A-Za-z]{0,3}[pP]|-a")
USER_IN_ONE_WORD = re.compile(r"(-[A-Za-z]{0,3}[uU])[^:]*:.*", re.DOTALL)
PASSWORD_IN_ONE_WORD = re.compile(r"(-[pP])(?![0-9]{1,5}$).+", re.DOTALL)
# Whoever makes tokens gives them beginnings, by which they are found where they should not be.
KNOWN = re.compile(
    r"(?<![A-Za-z0-9])(?:[sprk]k[-_]|gh[opsur]_|github_pat_|glpat-|hf_|xox[a-z]-|AKIA|ASIA|AIza|ya29\.|eyJ|zp_|npm_|pypi-)"
)
RUN = re.compile(r"[A-Za-z0-9+/_=.~-]{16,}")
HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{16,}")
LETTERS_AND_DIGITS = re.compile(r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{20,}")
LETTERS_OF_BOTH_CASES = re.compile(r"(?=[a-z]*[A-Z])(?=[A-Z]*[a-z])[A-Za-z]{24,}")


@lru_cache(maxsize=256)
def redacted(arguments: Sequence[str]) -> str:
    """At most 64 words of at most 1,024 characters; `arguments` are those of a process, its program the first."""
    if not arguments:
        return ""
    # A process may put a title, or its whole command line, in place of its first argument.
    words = [*arguments[0].split(), *arguments[1:]]
    return " ".join([*_told(words[:MOST_WORDS]), *(["…"] if len(words) > MOST_WORDS else [])])


def _told(words: Sequence[str]) -> Iterator[str]:
    before = ""
    for word in words:
        yield HIDDEN if _hides_next(before, word) else _word(word)
        before = word


def _hides_next(option: str, value: str) -> bool:
    """Whether a word is the secret that an option asks for; mysql, redis-cli and sshpass have short ones, curl too."""
    if ASKS_FOR_PASSWORD.fullmatch(option):
        return not PORT.fullmatch(value)
    if ASKS_FOR_USER.fullmatch(option):
        return ":" in value
    if option == "-b":
        return "=" in value
    return option.startswith("-") and not FIELD.fullmatch(option) and _hides(option, value)


def _word(word: str) -> str:
    if len(word) > LONGEST_WORD or any(one.isspace() for one in word):
        return HIDDEN
    for together in (PASSWORD_IN_ONE_WORD, USER_IN_ONE_WORD):
        if matched := together.fullmatch(word):
            return f"{matched[1]}{HIDDEN}"
    field = FIELD.fullmatch(word)
    if field is None or (field[2] == ":" and NAME_AND_PASSWORD.search(word)):
        return _value(word)
    name, sign, value = field.groups()
    hides = _hides(name, value) or (sign == "=" and (VARIABLE.match(word) or _hides_next(name, value)))
    return f"{_value(name)}{sign}{HIDDEN if hides else _value(value)}"


def _hides(name: str, value: str) -> bool:
    """Whether the value of this name is a secret."""
    name = TOKENIZER.sub("", CAMEL.sub("-", re.sub(r"^-+D?", "", name)))
    if name.lower().endswith("tokens") and AMOUNT.fullmatch(value):
        return False
    return SECRET.search(name) is not None


def _value(text: str) -> str:
    """A text that no name calls a secret."""
    url = URL.fullmatch(text)
    if url is not None:
        scheme, user, place, query = url.groups()
        hides = "@" in place or ("=" in place and SECRET.search(PARAMETERS.sub("", place)))
        place = HIDDEN if hides else _without_keys(PARAMETERS.sub(HIDDEN, place))
        return f"{scheme}{f'{HIDDEN}@' if user else ''}{place}{HIDDEN if query else ''}"
    if NAME_AND_PASSWORD.search(text) or VARIABLE.search(text) or (re.search("[=:{]", text) and SECRET.search(text)):
        return HIDDEN
    return _without_keys(text)


def _without_keys(text: str) -> str:
    return RUN.sub(lambda run: _without_key(run[0]), text)


def _without_key(run: str) -> str:
    """Of a path the parts that look like keys are hidden, of other texts all: base64 has slashes too."""
    if run.startswith(("/", "./", "../", "~/")):
        return "/".join(HIDDEN if _is_key(part) else part for part in run.split("/"))
    return HIDDEN if _is_key(run) else run


def _is_key(text: str) -> bool:
    """Whether a text looks like random letters and digits, or begins as tokens do."""
    if any(kind.search(text) for kind in (KNOWN, HEXADECIMAL, LETTERS_AND_DIGITS, LETTERS_OF_BOTH_CASES)):
        return True
    # With the further characters of base64 and its like among them.
    kinds = (str.isdigit, str.isupper, str.islower)
    return len(text) >= 32 and all(sum(map(kind, text)) >= 3 for kind in kinds)
