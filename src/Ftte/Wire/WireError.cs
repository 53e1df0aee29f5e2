namespace Ftte.Wire;

/// <summary>Specifies the reason why bytes were rejected.</summary>
public enum WireError
{
    /// <summary>The message is truncated.</summary>
    TooShort = 0,

    /// <summary>The bytes do not start like a message, so they are something else.</summary>
    BadMagic = 1,

    /// <summary>The message has an unsupported format version. Update the older side.</summary>
    UnsupportedVersion = 2,

    /// <summary>The message has an unexpected or unknown kind.</summary>
    WrongKind = 3,

    /// <summary>The bytes were changed in transit. Send the message again.</summary>
    ChecksumMismatch = 4,

    /// <summary>The message declares more values, ranges or bytes than <see cref="WireLimits"/> allows.</summary>
    LimitExceeded = 5,

    /// <summary>Counts, lengths or ranges contradict one another or the destination buffer.</summary>
    Inconsistent = 6,

    /// <summary>A field has an invalid value, such as an undefined enum value, invalid text, a negative number or a parameter that is not finite.</summary>
    BadValue = 7,
}
