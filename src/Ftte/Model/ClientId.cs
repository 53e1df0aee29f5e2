using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Ftte;

/// <summary>Identifies a device in a federation, such as <c>phone-17</c>.</summary>
/// <remarks>IDs are compared ordinally. The transport authenticates devices; this type does not.</remarks>
[TypeConverter(typeof(ClientIdConverter))]
public readonly record struct ClientId
{
    /// <summary>The maximum length of an ID, in UTF-8 bytes.</summary>
    public const int MaxBytes = 128;

    /// <summary>Creates a client ID.</summary>
    /// <param name="value">
    /// The ID: 1 to <see cref="MaxBytes"/> bytes of UTF-8, not only white space, without control or format characters and without line or paragraph separators, so
    /// that no ID can break a log line or look like another one.
    /// </param>
    /// <exception cref="ArgumentException">The ID is empty, blank, too long, not valid Unicode, or contains a character that is not allowed.</exception>
    public ClientId(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (FindFault(value) is { } fault)
        {
            throw new ArgumentException($"The client ID {fault}. {Rule}", nameof(value));
        }

        Value = value;
    }

    /// <summary>Gets the ID; empty only in <c>default</c>, which no server accepts.</summary>
    [AllowNull]
    public string Value { get => field ?? ""; }

    /// <inheritdoc />
    public override string ToString() => Value;

    /// <summary>Gets the rule for a valid ID, for error messages.</summary>
    internal static string Rule { get; } = $"Use 1 to {MaxBytes} bytes of UTF-8 without control characters and line breaks.";

    /// <summary>Describes the fault of an ID without repeating the ID; returns null if it is valid.</summary>
    internal static string? FindFault(string value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return "is empty or blank";
        }

        int bytes = 0;
        for (int at = 0; at < value.Length;)
        {
            if (Rune.DecodeFromUtf16(value.AsSpan(at), out Rune rune, out int length) != OperationStatus.Done)
            {
                return $"is not valid Unicode at index {at}";
            }

            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return $"contains the character U+{rune.Value:X4} at index {at}";
            }

            bytes += rune.Utf8SequenceLength;
            at += length;
        }

        return bytes > MaxBytes ? $"has {bytes} bytes" : null;
    }
}
