using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Some of a layer's input channels, next to each other: those whose weights a choice trains.</summary>
/// <remarks>
/// The weights lie as [kernel places, channels, weights per channel]. Which channels are trained hardly matters at one moment, but training others from
/// version to version beats any fixed ones (TraDy, arXiv 2510.19675); a window takes few ranges wherever it lies.
/// </remarks>
/// <param name="Weights">All weights of the layer.</param>
/// <param name="Places">The number of kernel places, at least 1.</param>
/// <param name="Channels">The number of input channels, at least 1.</param>
/// <param name="Count">The number of trained channels, from 1 to all.</param>
public sealed record ChannelWindow(ParameterRange Weights, int Places, int Channels, int Count)
{
    /// <summary>Gets the weights.</summary>
    public ParameterRange Weights { get; } = Places > 0 && Channels > 0 && Weights.Length > 0 && Weights.Length % ((long)Places * Channels) == 0
        ? Weights
        : throw new ArgumentException($"{Weights.Length} weights cannot be divided into {Places} places of {Channels} channels.", nameof(Weights));

    /// <summary>Gets the number of trained channels.</summary>
    public int Count { get; } = Count >= 1 && Count <= Channels
        ? Count
        : throw new ArgumentOutOfRangeException(nameof(Count), Count, $"Of {Channels} channels, 1 to {Channels} can be trained.");

    /// <summary>Gets the first trained channel.</summary>
    /// <value>0 by default.</value>
    public int First
    {
        get;
        init => field = value >= 0 && value < Channels
            ? value
            : throw new ArgumentOutOfRangeException(nameof(First), value, $"There are channels 0 to {Channels - 1}.");
    }

    /// <summary>Gets the trained weights: at each place one range, or two where the window goes on at channel 0 after the last.</summary>
    public ImmutableArray<ParameterRange> Ranges
    {
        get
        {
            int length = Weights.Length / Places / Channels;
            int wrapped = Math.Max(0, First + Count - Channels);
            var ranges = ImmutableArray.CreateBuilder<ParameterRange>();
            for (int place = 0; place < Places; place++)
            {
                int start = Weights.Start + (place * Channels * length);
                if (wrapped > 0)
                {
                    ranges.Add(new ParameterRange(start, wrapped * length));
                }

                ranges.Add(new ParameterRange(start + (First * length), (Count - wrapped) * length));
            }

            return ranges.DrainToImmutable();
        }
    }

    /// <summary>Says whether a range is among the layer's weights.</summary>
    internal bool Covers(ParameterRange range) => range.Start >= Weights.Start && range.End <= Weights.End;
}
