using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>What a probe has measured.</summary>
/// <param name="Importance">For each block the sum over examples of the squared norm of the example's gradient; 0 where nothing was measured.</param>
/// <param name="ExampleCount">The number of examples that were looked at.</param>
/// <param name="Groups">The blocks that were measured together, from the last to the first; the examples were gone over once for each.</param>
/// <param name="UnprobedBlocks">The trainable blocks that do not fit the memory budget even alone, in the layout's order.</param>
public sealed record ProbeResult(
    BlockImportance Importance, int ExampleCount, ImmutableArray<ProbeGroup> Groups, ImmutableArray<ParameterBlock> UnprobedBlocks)
{
    /// <summary>Gets the most memory that was in use at once: the received parameters and the largest group's arena; 0 if nothing was measured.</summary>
    public long PeakBytes => Groups.Select(g => g.PeakBytes).DefaultIfEmpty().Max();
}

/// <summary>Blocks that follow each other and are measured together.</summary>
/// <param name="FirstBlock">The index of the first block in the layout.</param>
/// <param name="LastBlock">The index of the last block in the layout.</param>
/// <param name="PeakBytes">The bytes that measuring them takes: the received parameters and the arena.</param>
public readonly record struct ProbeGroup(int FirstBlock, int LastBlock, long PeakBytes);
