using System.ComponentModel;
using System.Globalization;

namespace Ftte;

/// <summary>Converts a string to a <see cref="ClientId"/>, so that configuration binds it.</summary>
internal sealed class ClientIdConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    // An empty string stays empty, so that the options report it with the name of the setting.
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text ? string.IsNullOrWhiteSpace(text) ? default(ClientId) : new ClientId(text) : base.ConvertFrom(context, culture, value);
}
