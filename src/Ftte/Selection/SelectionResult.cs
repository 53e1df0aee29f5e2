using System.Collections.Immutable;

namespace Ftte;

/// <summary>A selection, and what it costs.</summary>
/// <param name="Selection">The coordinates to train.</param>
/// <param name="Certificate">What the selection is worth and costs, so that anyone can check it against the profile.</param>
public sealed record SelectionResult(ParameterSelection Selection, SelectionCertificate Certificate);

/// <summary>What a selection is worth and costs.</summary>
/// <param name="Choices">For each step of the profile the index of its choice, or -1 for none.</param>
/// <param name="Objective">The summed importance of what is trained.</param>
/// <param name="Timeline">The bytes in use step by step; its peak keeps within the memory budget.</param>
/// <param name="MemorySlackBytes">What the memory budget leaves over.</param>
/// <param name="PayloadBytes">The bytes of the trained values as float32, each way.</param>
public sealed record SelectionCertificate(
    ImmutableArray<int> Choices,
    double Objective,
    MemoryTimeline Timeline,
    long MemorySlackBytes,
    long PayloadBytes);
