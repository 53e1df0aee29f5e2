namespace Ftte.TinyEngine.Memory;

/// <summary>Represents a range of the arena with a lifetime from its first use to its last.</summary>
/// <param name="name">A description of its content.</param>
/// <param name="bytesPerExample">The size per example, or the total size if it does not depend on the number of examples.</param>
/// <param name="examples">The number of examples.</param>
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

    /// <summary>Gets the last moment of its lifetime without uses by the backward passes of operations that keep it.</summary>
    public int LastFlow { get; private set; } = -1;

    /// <summary>Gets or sets a value that indicates whether the tensor holds a whole micro-batch while the frozen prefix runs in smaller chunks.</summary>
    public bool OutlivesChunks { get; set; }

    /// <summary>Gets or sets the offset in the arena; set when all lifetimes are known.</summary>
    public long Offset { get; set; } = -1;

    public static long RoundUp(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Extends the lifetime of the tensor so that it includes a moment.</summary>
    public void UseAt(int moment)
    {
        LiveAt(moment);
        LastFlow = Math.Max(LastFlow, moment);
    }

    /// <summary>Keeps the tensor until a moment of the backward pass.</summary>
    public void KeepUntil(int moment) => LiveAt(moment);

    public bool LivesAt(int moment) => First <= moment && moment <= Last;

    /// <summary>Determines whether the tensor would be live at a moment even if no operation kept it.</summary>
    public bool FlowsAt(int moment) => First <= moment && moment <= LastFlow;

    public bool MeetsInTime(Tensor other) => First <= other.Last && other.First <= Last;

    private void LiveAt(int moment)
    {
        First = Math.Min(First, moment);
        Last = Math.Max(Last, moment);
    }
}
