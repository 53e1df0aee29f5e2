namespace Ftte.TinyEngine.Kernels;

/// <summary>Provides blocks of a weight matrix whose rows follow each other in memory.</summary>
/// <param name="w">The weights.</param>
/// <param name="rowFloats">The length of a row.</param>
internal readonly unsafe struct RowPanels(float* w, int rowFloats) : IWeightPanels
{
    private readonly float* _w = w;
    private readonly int _stride = rowFloats;

    public float* Get(int firstRow, int rows, int column, int columns, bool isReused, float* panel, out nint stride)
    {
        float* first = _w + ((nint)firstRow * _stride) + column;
        if (!isReused)
        {
            stride = _stride;
            return first;
        }

        Rows.Copy(first, _stride, rows, columns, panel, columns);
        stride = columns;
        return panel;
    }
}
