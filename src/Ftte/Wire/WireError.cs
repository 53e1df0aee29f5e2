namespace Ftte.Wire;

/// <summary>Why bytes were refused.</summary>
public enum WireError
{
    /// <summary>The bytes end before the message does: it was cut off.</summary>
    TooShort = 0,

    /// <summary>The bytes do not begin as a message does: they come from something else.</summary>
    BadMagic = 1,

    /// <summary>The message is of a format version that this reader does not know: one side is out of date.</summary>
    UnsupportedVersion = 2,

    /// <summary>The message is of another kind than the one expected, or of none that is known.</summary>
    WrongKind = 3,

    /// <summary>The bytes were changed on the way. Send the message again.</summary>
    ChecksumMismatch = 4,

    /// <summary>The message states more values, ranges or bytes than <see cref="WireLimits"/> allows.</summary>
    LimitExceeded = 5,

    /// <summary>Counts, lengths or ranges contradict each other, or the buffer that is to receive the values.</summary>
    Inconsistent = 6,

    /// <summary>A field holds what it never may: an undefined enum value, invalid text, a negative number, a model that is not finite.</summary>
    BadValue = 7,
}
