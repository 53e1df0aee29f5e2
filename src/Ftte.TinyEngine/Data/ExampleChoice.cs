namespace Ftte.TinyEngine;

/// <summary>Selects examples of a source by index.</summary>
internal static class ExampleChoice
{
    /// <summary>Returns a copy of the indices, translated through an earlier selection if there is one.</summary>
    /// <param name="indices">The indices of the examples.</param>
    /// <param name="earlier">The earlier selection that the indices refer to; null if they refer to the source itself.</param>
    /// <param name="count">The number of examples to choose from.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is not one of the examples.</exception>
    public static int[] Of(ReadOnlySpan<int> indices, int[]? earlier, int count)
    {
        int[] chosen = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)count)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), indices[i], $"There are {count} examples.");
            }

            chosen[i] = earlier?[indices[i]] ?? indices[i];
        }

        return chosen;
    }
}
