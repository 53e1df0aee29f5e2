using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace Ftte;

/// <summary>Represents a subset of a model's coordinates as sorted ranges that neither overlap nor touch.</summary>
/// <remarks>
/// <para>A <i>dense</i> vector is the flat vector of the whole model. A <i>packed</i> vector contains only the selected coordinates, in ascending order.
/// Because both the server and the device know the selection, messages contain packed values and no indices.</para>
/// <para>Immutable and safe to share between threads.</para>
/// </remarks>
public sealed class ParameterSelection : IEquatable<ParameterSelection>
{
    private ParameterSelection(int parameterCount, ImmutableArray<ParameterRange> ranges)
    {
        ParameterCount = parameterCount;
        Ranges = ranges;
        int count = 0;
        foreach (ParameterRange range in ranges)
        {
            count += range.Length;
        }

        Count = count;
    }

    /// <summary>Gets the length of the dense vector.</summary>
    public int ParameterCount { get; }

    /// <summary>Gets the ranges in ascending order, separated by at least one coordinate.</summary>
    public ImmutableArray<ParameterRange> Ranges { get; }

    /// <summary>Gets the number of selected coordinates: the length of a packed vector.</summary>
    public int Count { get; }

    /// <summary>Gets a value that indicates whether every coordinate is selected.</summary>
    public bool IsFull => Count == ParameterCount;

    /// <summary>Selects every coordinate.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <returns>The selection.</returns>
    public static ParameterSelection Full(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return new ParameterSelection(layout.ParameterCount, [new ParameterRange(0, layout.ParameterCount)]);
    }

    /// <summary>Selects whole blocks.</summary>
    /// <param name="layout">The model's layout.</param>
    /// <param name="names">The names of the blocks, in any order.</param>
    /// <returns>The selection.</returns>
    /// <exception cref="KeyNotFoundException">A name is not in the layout.</exception>
    public static ParameterSelection OfBlocks(ParameterLayout layout, params ReadOnlySpan<string> names)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var ranges = new List<ParameterRange>(names.Length);
        foreach (string name in names)
        {
            ranges.Add(layout[name].Range);
        }

        return Create(layout.ParameterCount, ranges);
    }

    /// <summary>Selects ranges. Merges ranges that overlap or touch and drops empty ranges.</summary>
    /// <param name="parameterCount">The length of the dense vector.</param>
    /// <param name="ranges">The ranges, in any order.</param>
    /// <returns>The selection, possibly empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A range does not lie within the dense vector, or the vector's length is not positive.</exception>
    public static ParameterSelection Create(int parameterCount, IEnumerable<ParameterRange> ranges)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parameterCount, 1);
        ArgumentNullException.ThrowIfNull(ranges);
        var sorted = new List<ParameterRange>();
        foreach (ParameterRange range in ranges)
        {
            if (range.Start < 0 || range.Length < 0 || range.Start > parameterCount - range.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(ranges), $"The range with start {range.Start} and length {range.Length} is not within the {parameterCount} parameters. Specify ranges within the layout.");
            }

            if (range.Length > 0)
            {
                sorted.Add(range);
            }
        }

        sorted.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        return new ParameterSelection(parameterCount, Coalesce(sorted));
    }

    /// <summary>Returns the union of this selection and another.</summary>
    /// <param name="other">A selection of the same dense vector.</param>
    /// <returns>The union; one of the two objects itself if it selects everything or both are the same object.</returns>
    /// <exception cref="ArgumentException">The other selection is for a vector of a different length.</exception>
    public ParameterSelection Union(ParameterSelection other)
    {
        CheckSameVector(other);
        return ReferenceEquals(this, other) || IsFull ? this : other.IsFull ? other : Create(ParameterCount, Ranges.Concat(other.Ranges));
    }

    /// <summary>Returns the coordinates of this selection that another does not select.</summary>
    /// <param name="other">A selection of the same dense vector.</param>
    /// <returns>The difference; this object itself if it has no coordinate in common with the other.</returns>
    /// <exception cref="ArgumentException">The other selection is for a vector of a different length.</exception>
    public ParameterSelection Except(ParameterSelection other)
    {
        CheckSameVector(other);
        var ranges = new List<ParameterRange>(Ranges.Length);
        int at = 0;
        foreach (ParameterRange range in Ranges)
        {
            int start = range.Start;
            for (; at < other.Ranges.Length && other.Ranges[at].Start < range.End; at++)
            {
                ParameterRange removed = other.Ranges[at];
                ranges.Add(new ParameterRange(start, Math.Max(0, removed.Start - start)));
                start = Math.Max(start, removed.End);
                if (removed.End > range.End)
                {
                    break; // It also reaches into the next range.
                }
            }

            ranges.Add(new ParameterRange(start, Math.Max(0, range.End - start)));
        }

        ParameterSelection rest = Create(ParameterCount, ranges);
        return rest.Count == Count ? this : rest;
    }

    /// <summary>Packs the selected coordinates of a dense vector.</summary>
    /// <param name="dense">The dense vector, <see cref="ParameterCount"/> values.</param>
    /// <param name="packed">Receives <see cref="Count"/> values; may be longer.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public void Gather(ReadOnlySpan<float> dense, Span<float> packed)
    {
        CheckLengths(dense.Length, packed.Length);
        int at = 0;
        foreach (ParameterRange range in Ranges)
        {
            dense.Slice(range.Start, range.Length).CopyTo(packed[at..]);
            at += range.Length;
        }
    }

    /// <summary>Writes packed values to the selected coordinates of a dense vector. Other coordinates are not changed.</summary>
    /// <param name="packed">The values, at least <see cref="Count"/>; additional values are ignored.</param>
    /// <param name="dense">The dense vector, <see cref="ParameterCount"/> values.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public void Scatter(ReadOnlySpan<float> packed, Span<float> dense)
    {
        CheckLengths(dense.Length, packed.Length);
        int at = 0;
        foreach (ParameterRange range in Ranges)
        {
            packed.Slice(at, range.Length).CopyTo(dense[range.Start..]);
            at += range.Length;
        }
    }

    /// <summary>Adds packed values times a factor to the selected coordinates: dense[j] = packed[i] * scale + dense[j].</summary>
    /// <param name="packed">The values, at least <see cref="Count"/>; additional values are ignored.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="dense">The dense vector, <see cref="ParameterCount"/> values.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public void AddScaled(ReadOnlySpan<float> packed, float scale, Span<float> dense)
    {
        CheckLengths(dense.Length, packed.Length);
        int at = 0;
        foreach (ParameterRange range in Ranges)
        {
            Span<float> destination = dense.Slice(range.Start, range.Length);
            TensorPrimitives.MultiplyAdd(packed.Slice(at, range.Length), scale, destination, destination);
            at += range.Length;
        }
    }

    /// <summary>Copies the selected coordinates from one dense vector to another.</summary>
    /// <param name="source">The dense vector to read.</param>
    /// <param name="destination">The dense vector to write; coordinates outside the selection are not changed.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public void Copy(ReadOnlySpan<float> source, Span<float> destination)
    {
        CheckLengths(source.Length, Count);
        CheckLengths(destination.Length, Count);
        foreach (ParameterRange range in Ranges)
        {
            source.Slice(range.Start, range.Length).CopyTo(destination[range.Start..]);
        }
    }

    /// <summary>Determines whether a coordinate is selected.</summary>
    /// <param name="coordinate">The coordinate in the dense vector.</param>
    /// <returns>True if the coordinate is selected; otherwise false.</returns>
    public bool Contains(int coordinate)
    {
        int low = 0, high = Ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            ParameterRange range = Ranges[middle];
            if (coordinate < range.Start)
            {
                high = middle - 1;
            }
            else if (coordinate >= range.End)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc />
    public bool Equals(ParameterSelection? other) =>
        ReferenceEquals(this, other)
        || (other is not null && ParameterCount == other.ParameterCount && Ranges.AsSpan().SequenceEqual(other.Ranges.AsSpan()));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ParameterSelection);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(ParameterCount, Count, Ranges.Length, Ranges.IsEmpty ? default : Ranges[0]);

    /// <inheritdoc />
    public override string ToString() => $"{Count} of {ParameterCount} parameters in {Ranges.Length} ranges";

    private static ImmutableArray<ParameterRange> Coalesce(List<ParameterRange> sorted)
    {
        var merged = ImmutableArray.CreateBuilder<ParameterRange>(sorted.Count);
        foreach (ParameterRange range in sorted)
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End)
            {
                int start = merged[^1].Start;
                merged[^1] = new ParameterRange(start, Math.Max(merged[^1].End, range.End) - start);
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.DrainToImmutable();
    }

    private void CheckSameVector(ParameterSelection other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.ParameterCount != ParameterCount)
        {
            throw new ArgumentException($"This selection is for {ParameterCount} parameters, the other for {other.ParameterCount}. Combine selections of the same layout.", nameof(other));
        }
    }

    private void CheckLengths(int dense, int packed)
    {
        if (dense != ParameterCount)
        {
            throw new ArgumentException($"The dense vector has {dense} values, but the selection is for {ParameterCount}. Specify one value per parameter.", nameof(dense));
        }

        if (packed < Count)
        {
            throw new ArgumentException($"The packed vector has {packed} values, but the selection has {Count}. Specify one value per selected parameter.", nameof(packed));
        }
    }
}
