using System.Collections.Immutable;
using System.Globalization;

namespace Ftte;

/// <summary>What training each block is worth; additive to first order, so a part of a block is worth its share.</summary>
public sealed class BlockImportance
{
    /// <summary>Takes one value per block.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="values">The worth of each block in the layout's order: finite, not negative, in any unit.</param>
    /// <exception cref="ArgumentException">There is not one value per block, or a value is negative or not finite.</exception>
    public BlockImportance(ParameterLayout layout, params ReadOnlySpan<double> values)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (values.Length != layout.Blocks.Length)
        {
            throw new ArgumentException($"The layout has {layout.Blocks.Length} blocks, the values are {values.Length}.", nameof(values));
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || values[i] < 0)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The importance of block '{layout.Blocks[i].Name}' is {values[i]}; it must be finite and not negative."), nameof(values));
            }
        }

        Layout = layout;
        Values = [.. values];
    }

    /// <summary>Gets the model's layout.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Gets the worth of each block, in the layout's order.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>Makes importance from a gradient: the sum of squares over each block, the loss that one small step takes off to first order.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="gradient">A loss gradient over representative data, one value per parameter.</param>
    /// <returns>The importance.</returns>
    /// <exception cref="ArgumentException">The gradient's length is not the layout's, or a value is not finite.</exception>
    public static BlockImportance FromGradient(ParameterLayout layout, ReadOnlySpan<float> gradient)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (gradient.Length != layout.ParameterCount)
        {
            throw new ArgumentException($"The layout has {layout.ParameterCount} parameters, the gradient {gradient.Length}.", nameof(gradient));
        }

        double[] energies = new double[layout.Blocks.Length];
        for (int i = 0; i < energies.Length; i++)
        {
            ParameterRange range = layout.RangeOf(i);
            energies[i] = UpdateMoments.Measure(gradient.Slice(range.Start, range.Length)).SumOfSquares;
        }

        return new BlockImportance(layout, energies);
    }

    /// <summary>Sums the worth of coordinates, counting a part of a block as its share of the block.</summary>
    /// <param name="ranges">Disjoint ranges of the flat vector.</param>
    /// <returns>The worth.</returns>
    public double Of(IEnumerable<ParameterRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        double sum = 0;
        foreach (ParameterRange range in ranges)
        {
            for (int i = 0; i < Values.Length; i++)
            {
                ParameterRange block = Layout.RangeOf(i);
                int shared = Math.Min(range.End, block.End) - Math.Max(range.Start, block.Start);
                if (shared > 0)
                {
                    sum += Values[i] * shared / block.Length;
                }
            }
        }

        return sum;
    }
}
