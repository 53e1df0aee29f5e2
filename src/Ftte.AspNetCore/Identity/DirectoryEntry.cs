namespace Ftte.AspNetCore;

/// <summary>Represents one line of the file of enrolled devices. Contains hashes only, no token and no key.</summary>
internal sealed record DirectoryEntry
{
    /// <summary>Gets the kind: <c>token</c>, <c>enrolled</c>, <c>renewed</c> or <c>revoked</c>.</summary>
    public required string Kind { get; init; }

    public string? Client { get; init; }

    /// <summary>Gets the SHA-256 of a token.</summary>
    public string? Token { get; init; }

    /// <summary>Gets the SHA-256 of the public key that used the token.</summary>
    public string? Key { get; init; }

    /// <summary>Gets the SHA-256 of a certificate.</summary>
    public string? Certificate { get; init; }

    /// <summary>Gets the time of the event.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets the time at which the token or the certificate expires.</summary>
    public DateTimeOffset Expires { get; init; }
}
