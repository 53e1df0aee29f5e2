namespace Ftte.TinyEngine;

/// <summary>Chooses some of a source's examples.</summary>
internal static class ExampleChoice
{
    /// <summary>Copies the choice, and follows it through an earlier choice.</summary>
    /// <param name="indices">Which of the examples.</param>
    /// <param name="earlier">The examples that those indices refer to; null for themselves.</param>
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
