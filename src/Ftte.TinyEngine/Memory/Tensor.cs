namespace Ftte.TinyEngine.Memory;

/// <summary>Represents a piece of the arena that lives from its first use to its last.</summary>
/// <param name="name">Its content, for people.</param>
/// <param name="bytesPerExample">Its size for one example, or in all if it does not depend on their number.</param>
/// <param name="examples">The number of examples it is for.</param>
internal sealed class Tensor(string name, long bytesPerExample, int examples = 1)
{
    /// <summary>The size of a cache line and of the widest vector: tensors start at its multiples.</summary>
    public const int Alignment = 64;

    public string Name { get; } = name;

    public long BytesPerExample { get; } = bytesPerExample;

    public int Examples { get; } = examples;

    public long Bytes { get; } = RoundUp(bytesPerExample * examples);

    public int First { get; private set; } = int.MaxValue;

    public int Last { get; private set; } = -1;

    /// <summary>Gets the last moment of its life that is not owed to the backward pass of an operation that keeps it.</summary>
    public int LastFlow { get; private set; } = -1;

    /// <summary>Gets or sets whether it holds a whole micro-batch while the frozen prefix runs in smaller chunks.</summary>
    public bool OutlivesChunks { get; set; }

    /// <summary>Gets or sets the first byte in the arena; set once all lifetimes are known.</summary>
    public long Offset { get; set; } = -1;

    public static long RoundUp(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Extends the life of the tensor to a moment, and to all moments between that and its other uses.</summary>
    public void UseAt(int moment)
    {
        LiveAt(moment);
        LastFlow = Math.Max(LastFlow, moment);
    }

    /// <summary>Keeps the tensor until a moment of the backward pass.</summary>
    public void KeepUntil(int moment) => LiveAt(moment);

    public bool LivesAt(int moment) => First <= moment && moment <= Last;

    /// <summary>Returns whether the tensor would live at a moment even if no operation kept it.</summary>
    public bool FlowsAt(int moment) => First <= moment && moment <= LastFlow;

    public bool MeetsInTime(Tensor other) => First <= other.Last && other.First <= Last;

    private void LiveAt(int moment)
    {
        First = Math.Min(First, moment);
        Last = Math.Max(Last, moment);
    }
}
