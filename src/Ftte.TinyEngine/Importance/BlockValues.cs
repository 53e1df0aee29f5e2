using System.Globalization;
using Ftte.Selection;

namespace Ftte.TinyEngine.Importance;

/// <summary>Converts one measured value per block into importance.</summary>
internal static class BlockValues
{
    /// <summary>Computes a sum over the parameters of each block, in float64 and in order.</summary>
    /// <exception cref="InvalidOperationException">A sum is not finite.</exception>
    public static BlockImportance Sum(Network network, Func<int, double> term)
    {
        double[] sums = new double[network.Layout.Blocks.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            ParameterRange range = network.Layout.RangeOf(i);
            for (int j = range.Start; j < range.End; j++)
            {
                sums[i] += term(j);
            }
        }

        return Seal(network, sums);
    }

    /// <summary>Validates values. Negative values, and those of blocks that no gradient reaches, become 0.</summary>
    /// <exception cref="InvalidOperationException">A value is not finite.</exception>
    public static BlockImportance Seal(Network network, ReadOnlySpan<double> values)
    {
        double[] result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
        {
            ParameterBlock block = network.Layout.Blocks[i];
            if (!network.Trainable.Contains(block.Range.Start))
            {
                continue;
            }

            if (!double.IsFinite(values[i]))
            {
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"The importance of block '{block.Name}' is {values[i]}: parameters, examples or trial steps are too large or not finite. Measure with parameters that have not diverged, and with a smaller learning rate if the measure takes trial steps."));
            }

            result[i] = Math.Max(0, values[i]);
        }

        return new BlockImportance(network.Layout, result);
    }
}
