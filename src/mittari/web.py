"""What every page and answer of ours carries in its head: what browsers may load, embed and guess."""


def policy(nonce: str) -> str:
    """The content security policy: only our own files, scripts only with this page's nonce."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def protection(status: int, nonce: str) -> list[tuple[bytes, bytes]]:
    """The protective headers of a response. A 304 keeps the policy (and so the nonce) of the page it confirms."""
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]
    if status != 304:
        headers.append((b"content-security-policy", policy(nonce).encode()))
    return headers
