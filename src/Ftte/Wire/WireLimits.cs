namespace Ftte.Wire;

/// <summary>What a reader accepts at most. A message that states more is refused before memory is allocated for it.</summary>
/// <remarks>Set it up, then share it; not to be changed while a reader uses it.</remarks>
public sealed class WireLimits
{
    /// <summary>Gets or sets the largest number of packed values.</summary>
    /// <value>67,108,864 unless set: 256 MiB of float32.</value>
    public int MaxValues { get; set; } = 1 << 26;

    /// <summary>Gets or sets the largest number of ranges in one selection.</summary>
    /// <value>65,536 unless set.</value>
    public int MaxRanges { get; set; } = 1 << 16;

    /// <summary>Gets or sets the largest number of bytes in one message.</summary>
    /// <value>536,870,912 unless set. No message can exceed <see cref="int.MaxValue"/>.</value>
    public int MaxMessageBytes { get; set; } = 1 << 29;

    /// <summary>Makes limits that admit every message about a model and hardly more: what a server should use.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <returns>Limits with as many values as the model has parameters and the default number of ranges.</returns>
    public static WireLimits For(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var limits = new WireLimits { MaxValues = layout.ParameterCount };
        long bytes = Envelope.GetLength(
            CheckOutResponseMessage.MaxFixedLength + (2L * limits.MaxRanges * SelectionCodec.MaxRangeLength), layout.ParameterCount, ValueFormat.Float32);
        limits.MaxMessageBytes = (int)Math.Min(bytes, int.MaxValue);
        return limits;
    }

    /// <summary>Checks that the limits make sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not positive.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxValues, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRanges, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageBytes, 1);
    }

    internal static WireLimits Default { get; } = new();
}
