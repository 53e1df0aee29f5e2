namespace Ftte.TinyEngine;

/// <summary>The end of the arena from which a tensor's offset is counted.</summary>
internal enum ArenaEnd
{
    Low,
    High,
}

/// <summary>A piece of memory that lives from its first use to its last; all that the arena's layout knows of a network.</summary>
/// <param name="name">What it holds, for people.</param>
/// <param name="bytes">Its size, rounded up to whole cache lines.</param>
/// <param name="end">The end of the arena that it is stacked on.</param>
internal sealed class Tensor(string name, long bytes, ArenaEnd end)
{
    /// <summary>The size of a cache line and of the widest vector: tensors start at its multiples.</summary>
    public const int Alignment = 64;

    public string Name { get; } = name;

    public long Bytes { get; } = (bytes + Alignment - 1) / Alignment * Alignment;

    public ArenaEnd End { get; } = end;

    public int First { get; private set; } = int.MaxValue;

    public int Last { get; private set; } = -1;

    /// <summary>Gets or sets the first byte in the arena; set once all lifetimes are known.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Makes the tensor live at a moment, and at all moments between that and its other uses.</summary>
    public void UseAt(int moment)
    {
        First = Math.Min(First, moment);
        Last = Math.Max(Last, moment);
    }

    public bool LivesAt(int moment) => First <= moment && moment <= Last;

    public bool MeetsInTime(Tensor other) => First <= other.Last && other.First <= Last;
}
