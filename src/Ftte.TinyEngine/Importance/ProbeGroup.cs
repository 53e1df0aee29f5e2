namespace Ftte.TinyEngine.Importance;

/// <summary>Represents consecutive blocks that are measured together.</summary>
/// <param name="FirstBlock">The index of the first block in the layout.</param>
/// <param name="LastBlock">The index of the last block in the layout.</param>
/// <param name="PeakBytes">The memory that the measurement takes, in bytes: the received parameters, the arena, and the personal parameters of the device.</param>
public readonly record struct ProbeGroup(int FirstBlock, int LastBlock, long PeakBytes);
