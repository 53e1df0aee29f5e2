namespace Ftte.Wire;

/// <summary>Bytes are not a message that can be read; the message says what is wrong and what to do.</summary>
/// <remarks>The only exception that a reader throws because of the bytes. Nothing was written to the caller's buffers.</remarks>
public sealed class WireFormatException : FormatException
{
    /// <summary>Reports bytes that were refused.</summary>
    /// <param name="reason">Why they were refused.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public WireFormatException(WireError reason, string message)
        : base(message)
    {
        Reason = reason;
    }

    /// <summary>Gets why the bytes were refused.</summary>
    public WireError Reason { get; }
}
