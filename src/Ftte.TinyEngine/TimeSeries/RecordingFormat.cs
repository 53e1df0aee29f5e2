using System.Collections.Immutable;

namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Describes text files of recordings: values separated by commas, with the names of the columns in the first line.</summary>
public sealed record RecordingFormat
{
    /// <summary>Gets the names of the columns with values, in the order of the channels. Other columns are ignored.</summary>
    public required ImmutableArray<string> Channels { get; init; }

    /// <summary>Gets the name of the column with times.</summary>
    /// <value>"timestamp" by default.</value>
    public string TimeColumn { get; init; } = "timestamp";

    /// <summary>Gets the unit of the times.</summary>
    /// <value>One millisecond by default.</value>
    public TimeSpan TimeUnit { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Gets the name of the column with labels. An empty cell is a sample without a label, <see cref="Recording.NoLabel"/>.</summary>
    /// <value>"label" by default.</value>
    public string LabelColumn { get; init; } = "label";

    /// <summary>Gets the text of each label, in the order of the classes.</summary>
    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Validates that the format has channels and labels, and that the unit is positive.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TimeUnit, TimeSpan.Zero);
        if (Channels.IsDefaultOrEmpty || Labels.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"The format has no {(Channels.IsDefaultOrEmpty ? nameof(Channels) : nameof(Labels))}. Specify at least one.");
        }
    }
}
