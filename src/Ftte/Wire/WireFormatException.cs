namespace Ftte.Wire;

/// <summary>The exception that is thrown if bytes are not a valid message or state.</summary>
/// <remarks>Readers throw no other exception because of the bytes, and write nothing to the caller's buffers before it.</remarks>
public sealed class WireFormatException : FormatException
{
    /// <summary>Creates an exception for bytes that were rejected.</summary>
    /// <param name="reason">The reason why the bytes were rejected.</param>
    /// <param name="message">The message: the fault and how to correct it.</param>
    public WireFormatException(WireError reason, string message)
        : base(message)
    {
        Reason = reason;
    }

    /// <summary>Gets the reason why the bytes were rejected.</summary>
    public WireError Reason { get; }
}
