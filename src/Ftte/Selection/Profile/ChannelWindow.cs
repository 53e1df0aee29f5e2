using System.Collections.Immutable;

namespace Ftte.Selection;

/// <summary>Represents contiguous input channels of a layer, the weights of which a choice trains.</summary>
/// <remarks>
/// The weights have the layout [kernel positions, channels, weights per channel]. For a single version it hardly matters which channels are trained, but changing
/// them from version to version is better than any fixed choice (TraDy, arXiv 2510.19675). A window has few ranges at every position.
/// </remarks>
/// <param name="Weights">All weights of the layer.</param>
/// <param name="Places">The number of kernel positions, at least 1.</param>
/// <param name="Channels">The number of input channels, at least 1.</param>
/// <param name="Count">The number of trained channels, from 1 to all.</param>
public sealed record ChannelWindow(ParameterRange Weights, int Places, int Channels, int Count)
{
    /// <summary>Gets the weights.</summary>
    public ParameterRange Weights { get; } = Places > 0 && Channels > 0 && Weights.Length > 0 && Weights.Length % ((long)Places * Channels) == 0
        ? Weights
        : throw new ArgumentException($"{Weights.Length} weights cannot be divided into {Places} kernel positions of {Channels} channels. Specify the shape of the layer.", nameof(Weights));

    /// <summary>Gets the number of trained channels.</summary>
    public int Count { get; } = Count >= 1 && Count <= Channels
        ? Count
        : throw new ArgumentOutOfRangeException(nameof(Count), Count, $"The number of trained channels must be 1 to {Channels}.");

    /// <summary>Gets the first trained channel.</summary>
    /// <value>0 by default.</value>
    public int First
    {
        get;
        init => field = value >= 0 && value < Channels
            ? value
            : throw new ArgumentOutOfRangeException(nameof(First), value, $"The first channel must be 0 to {Channels - 1}.");
    }

    /// <summary>Gets the trained weights: one range per kernel position, or two if the window wraps around to channel 0 after the last channel.</summary>
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

    /// <summary>Determines whether a range lies within the layer's weights.</summary>
    internal bool Covers(ParameterRange range) => range.Start >= Weights.Start && range.End <= Weights.End;
}
