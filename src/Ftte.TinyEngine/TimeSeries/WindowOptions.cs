namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Specifies the windows of <see cref="WindowExamples"/>.</summary>
public sealed record WindowOptions
{
    /// <summary>Gets the number of samples per window.</summary>
    /// <value>64 by default; at least 1.</value>
    public int Length { get; init; } = 64;

    /// <summary>Gets the number of samples from the start of a window to the start of the next one.</summary>
    /// <value>Null by default: half of the length, so that windows overlap by half. Otherwise at least 1.</value>
    public int? Step { get; init; }

    /// <summary>Gets the rule for the label of a window.</summary>
    /// <value><see cref="WindowLabel.Majority"/> by default.</value>
    public WindowLabel Label { get; init; } = WindowLabel.Majority;

    /// <summary>Validates that all values are in range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range; the message states the valid range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Step ?? 1, 1, nameof(Step));
        if (!Enum.IsDefined(Label))
        {
            throw new ArgumentOutOfRangeException(nameof(Label), Label, "Unknown rule. Choose one of the named rules.");
        }
    }

    internal int StepOrDefault => Step ?? Math.Max(1, Length / 2);
}
