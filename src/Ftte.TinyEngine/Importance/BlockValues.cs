namespace Ftte.TinyEngine;

/// <summary>Turns one measured value per block into importance.</summary>
internal static class BlockValues
{
    /// <summary>Checks values; those of blocks that no gradient reaches become 0, and so do negative ones.</summary>
    /// <exception cref="InvalidOperationException">A value is not finite.</exception>
    public static BlockImportance Seal(Network network, ReadOnlySpan<double> values)
    {
        double[] worth = new double[values.Length];
        for (int i = 0; i < worth.Length; i++)
        {
            ParameterBlock block = network.Layout.Blocks[i];
            if (!network.Trainable.Contains(block.Range.Start))
            {
                continue;
            }

            if (!double.IsFinite(values[i]))
            {
                throw new InvalidOperationException(
                    $"What block '{block.Name}' is worth came out as {values[i]}; the parameters or an example are not finite, or too large. Measure with parameters that have not diverged.");
            }

            worth[i] = Math.Max(0, values[i]);
        }

        return new BlockImportance(network.Layout, worth);
    }
}
