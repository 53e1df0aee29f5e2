namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents the format of the masked updates of a cohort, with which the server's side of a transport checks the length of an update before it reads it.</summary>
/// <param name="Count">The number of values.</param>
/// <param name="BytesPerValue">The number of bytes per value, 3 or 4.</param>
public readonly record struct MaskedUpdateFormat(int Count, int BytesPerValue)
{
    /// <summary>Gets the number of bytes of a masked update.</summary>
    public long Length => (long)Count * BytesPerValue;
}
