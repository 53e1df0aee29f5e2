using System.Collections.Immutable;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Execution;

/// <summary>Represents a block of parameters as the matrix that an operation reads; a part of it may be trained and the rest frozen.</summary>
/// <remarks>
/// A block that is entirely trained or entirely frozen is read in place. A mixed block, or one frozen in a smaller format, is assembled in the
/// arena while its operation runs.
/// </remarks>
internal sealed unsafe class PlannedBlock
{
    private readonly WeightTile[] _tiles;
    private readonly ParameterRange _range;
    private readonly int _columns;

    private PlannedBlock(ParameterRange range, int columns, ImmutableArray<WeightTile> tiles) => (_range, _columns, _tiles) = (range, columns, [.. tiles]);

    /// <summary>Gets the trained and the frozen tiles.</summary>
    public IEnumerable<WeightTile> TrainedTiles => _tiles.Where(t => t.IsTrained);

    public bool IsTrained { get; private init; }

    /// <summary>Gets the first coordinate of the flat vector.</summary>
    public int Start => _range.Start;

    public int Rows => _range.Length / _columns;

    public int Columns => _columns;

    /// <summary>Gets a value that indicates whether the block must be assembled before it can be read.</summary>
    public bool IsAssembled { get; private init; }

    /// <summary>Creates a block.</summary>
    /// <param name="selection">The trained coordinates.</param>
    /// <param name="block">The block.</param>
    /// <param name="columns">The number of columns of the matrix.</param>
    /// <param name="readsFrozenInPlace">True if frozen values can be read in place.</param>
    public static PlannedBlock Create(ParameterSelection selection, ParameterBlock block, int columns, bool readsFrozenInPlace)
    {
        ImmutableArray<WeightTile> tiles = TileDecomposition.Cut(selection, block.Range, columns);
        bool isTrained = tiles.Any(t => t.IsTrained);
        return new PlannedBlock(block.Range, columns, tiles)
        {
            IsTrained = isTrained,
            IsAssembled = tiles.Length > 1 || (!isTrained && !readsFrozenInPlace),
        };
    }

    /// <summary>Gets the size of the workspace in which the block is assembled, in bytes; 0 if the block is read in place.</summary>
    public long AssemblyBytes => IsAssembled ? sizeof(float) * (long)_range.Length : 0;

    /// <summary>Gets the matrix.</summary>
    public float* Get(TrainingPass pass, Tensor? assembled) =>
        IsAssembled ? pass.Floats(assembled!) : IsTrained ? pass.Trained + _tiles[0].Offset : pass.Frozen.PointerTo(_range.Start);

    /// <summary>Copies trained and frozen values into one matrix.</summary>
    public void Assemble(TrainingPass pass, float* destination)
    {
        foreach (WeightTile tile in _tiles)
        {
            for (int row = 0; row < tile.Rows; row++)
            {
                var target = new Span<float>(destination + ((long)(tile.Row + row) * _columns) + tile.Column, tile.Columns);
                if (tile.IsTrained)
                {
                    new ReadOnlySpan<float>(pass.Trained + tile.Offset + ((long)row * tile.Stride), tile.Columns).CopyTo(target);
                }
                else
                {
                    pass.Frozen.CopyHeld(tile.Offset + (row * tile.Stride), target);
                }
            }
        }
    }
}
