using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Ftte.AspNetCore.Status;

/// <summary>Writes HTML. Every inserted value is encoded, so that no text of a device can become markup.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends constant markup.</summary>
    public HtmlText Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>Appends markup with values, which are formatted invariantly and encoded.</summary>
    public HtmlText Add(FormattableString markup)
    {
        object?[] encoded = [.. markup.GetArguments().Select(value => (object?)new Encoded(value))];
        _text.AppendFormat(CultureInfo.InvariantCulture, markup.Format, encoded);
        return this;
    }

    public override string ToString() => _text.ToString();

    private readonly struct Encoded(object? value) : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) =>
            HtmlEncoder.Default.Encode(value is IFormattable formattable ? formattable.ToString(format, formatProvider) : value?.ToString() ?? "");

        public override string ToString() => ToString(null, CultureInfo.InvariantCulture);
    }
}
