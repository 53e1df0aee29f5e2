namespace Ftte.TinyEngine;

/// <summary>Reorders a tensor between the engine's order of axes, the output last, and PyTorch's, the output first.</summary>
internal static class AxisOrder
{
    private const int MaxAxes = 4;

    /// <summary>Copies from the file's order to the engine's.</summary>
    /// <param name="file">The values in the order of the file.</param>
    /// <param name="view">Receives the values in the order of the engine.</param>
    /// <param name="viewShape">The dimensions of <paramref name="view"/>, 1 to 4.</param>
    public static void FromFile(ReadOnlySpan<float> file, Span<float> view, ReadOnlySpan<int> viewShape)
    {
        var axes = new Axes(viewShape);
        int at = 0;
        for (int a = 0; a < axes.Sizes[0]; a++)
        {
            for (int b = 0; b < axes.Sizes[1]; b++)
            {
                for (int c = 0; c < axes.Sizes[2]; c++)
                {
                    int from = axes.At(a, b, c);
                    for (int d = 0; d < axes.Sizes[3]; d++)
                    {
                        view[from + (d * axes.Strides[3])] = file[at++];
                    }
                }
            }
        }
    }

    /// <summary>Copies from the engine's order to the file's.</summary>
    /// <param name="view">The values in the order of the engine.</param>
    /// <param name="file">Receives the values in the order of the file.</param>
    /// <param name="viewShape">The dimensions of <paramref name="view"/>, 1 to 4.</param>
    public static void ToFile(ReadOnlySpan<float> view, Span<float> file, ReadOnlySpan<int> viewShape)
    {
        var axes = new Axes(viewShape);
        int at = 0;
        for (int a = 0; a < axes.Sizes[0]; a++)
        {
            for (int b = 0; b < axes.Sizes[1]; b++)
            {
                for (int c = 0; c < axes.Sizes[2]; c++)
                {
                    int from = axes.At(a, b, c);
                    for (int d = 0; d < axes.Sizes[3]; d++)
                    {
                        file[at++] = view[from + (d * axes.Strides[3])];
                    }
                }
            }
        }
    }

    /// <summary>Returns the index in the view of each axis of the file, for a rank.</summary>
    public static ReadOnlySpan<int> Of(int rank) => rank switch
    {
        1 => [0],
        2 => [1, 0],
        3 => [2, 1, 0],
        4 => [3, 2, 0, 1],
        _ => throw new ArgumentOutOfRangeException(nameof(rank), rank, "Weights must have 1 to 4 dimensions."),
    };

    /// <summary>Represents the sizes of the axes of the file and their strides in the view, outermost first, with leading axes of size 1.</summary>
    private readonly struct Axes
    {
        public readonly int[] Sizes = [1, 1, 1, 1];
        public readonly int[] Strides = new int[MaxAxes];

        public Axes(ReadOnlySpan<int> viewShape)
        {
            ReadOnlySpan<int> order = Of(viewShape.Length);
            for (int i = 0; i < order.Length; i++)
            {
                int axis = MaxAxes - order.Length + i;
                Sizes[axis] = viewShape[order[i]];
                Strides[axis] = (int)SafetensorsWriter.ElementsOf(viewShape[(order[i] + 1)..]);
            }
        }

        public int At(int a, int b, int c) => (a * Strides[0]) + (b * Strides[1]) + (c * Strides[2]);
    }
}
