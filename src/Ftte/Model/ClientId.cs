using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ftte;

/// <summary>The name under which a device takes part, such as <c>phone-17</c>.</summary>
/// <remarks>Proving that a device is who it says it is belongs to the transport. Compared ordinally.</remarks>
[TypeConverter(typeof(ClientIdConverter))]
public readonly record struct ClientId
{
    /// <summary>The longest name, in UTF-8 bytes.</summary>
    public const int MaxBytes = 128;

    /// <summary>Names a device.</summary>
    /// <param name="value">The name: 1 to <see cref="MaxBytes"/> bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">The name is empty, blank, too long or not valid Unicode.</exception>
    public ClientId(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        if (!IsValid(value))
        {
            throw new ArgumentException($"A client id is at most {MaxBytes} bytes of valid Unicode; this one has {value.Length} characters.", nameof(value));
        }

        Value = value;
    }

    /// <summary>Gets the name; empty only in <c>default</c>, which no server accepts.</summary>
    [AllowNull]
    public string Value { get => field ?? ""; }

    /// <inheritdoc />
    public override string ToString() => Value;

    private static bool IsValid(string value)
    {
        try
        {
            return StrictUtf8.GetByteCount(value) <= MaxBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
