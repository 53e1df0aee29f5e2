namespace Ftte.Wire;

/// <summary>Represents the limits of a reader. A message that exceeds them is rejected before memory is allocated for it.</summary>
/// <remarks>May be shared. Do not change the limits while a reader uses them.</remarks>
public sealed class WireLimits
{
    /// <summary>Gets or sets the maximum number of packed values, at least 1.</summary>
    /// <value>Default 67,108,864: 256 MiB of float32.</value>
    public int MaxValues { get; set; } = 1 << 26;

    /// <summary>Gets or sets the maximum number of ranges in one selection, at least 1.</summary>
    /// <value>Default 65,536.</value>
    public int MaxRanges { get; set; } = 1 << 16;

    /// <summary>Gets or sets the maximum number of bytes in one message, at least 1.</summary>
    /// <value>Default 536,870,912. No message can exceed <see cref="int.MaxValue"/>.</value>
    public int MaxMessageBytes { get; set; } = 1 << 29;

    /// <summary>Creates limits that admit every message for a model and little more. Servers should use these limits.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <returns>Limits with as many values as the model has parameters, and the most ranges that a selection of them can have, but not fewer than by default.</returns>
    public static WireLimits For(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var limits = new WireLimits { MaxValues = layout.ParameterCount };
        limits.MaxRanges = Math.Max(limits.MaxRanges, (layout.ParameterCount / 2) + 1);
        long bytes = Envelope.GetLength(
            CheckOutFields.MaxFixedLength + (2L * limits.MaxRanges * SelectionCodec.MaxRangeLength), layout.ParameterCount, ValueFormat.Float32);
        limits.MaxMessageBytes = (int)Math.Min(bytes, int.MaxValue);
        return limits;
    }

    /// <summary>Validates the limits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxValues, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRanges, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageBytes, 1);
    }

    internal static WireLimits Default { get; } = new();
}
