namespace Ftte.TinyEngine.Kernels;

/// <summary>Keeps some columns of a matrix and gives up the rest, within the matrix's own memory.</summary>
internal static class ColumnPacking
{
    /// <summary>Moves columns [column, column + count) of every row together: row n to packed[n * count].</summary>
    /// <param name="memory">Where both the matrix and the packed columns lie; they overlap.</param>
    /// <param name="source">The first value of the matrix.</param>
    /// <param name="destination">The first value of the packed columns.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="stride">The number of columns of the matrix.</param>
    /// <param name="column">The first column kept.</param>
    /// <param name="count">The number of columns kept.</param>
    /// <remarks>
    /// A row moves up or down by an amount that falls with its number, so the first rows move up and the others down. The first taken from
    /// last to first and the others from first to last, no row is overwritten before it has moved.
    /// </remarks>
    public static void Pack(Span<float> memory, int source, int destination, int rows, int stride, int column, int count)
    {
        int firstDown = 0;
        while (firstDown < rows && To(firstDown) > From(firstDown))
        {
            firstDown++;
        }

        for (int n = firstDown - 1; n >= 0; n--)
        {
            memory.Slice(From(n), count).CopyTo(memory[To(n)..]);
        }

        for (int n = firstDown; n < rows; n++)
        {
            memory.Slice(From(n), count).CopyTo(memory[To(n)..]);
        }

        int From(int n) => source + (n * stride) + column;
        int To(int n) => destination + (n * count);
    }
}
