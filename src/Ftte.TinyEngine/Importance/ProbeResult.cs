using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.TinyEngine.Importance;

/// <summary>Represents the result of a probe.</summary>
/// <param name="Importance">For each block the sum over examples of the squared norm of the example's gradient; 0 for blocks that were not measured.</param>
/// <param name="ExampleCount">The number of examples that were measured.</param>
/// <param name="Groups">The blocks that were measured together, from the last to the first; the examples were processed once for each group.</param>
/// <param name="UnprobedBlocks">The trainable blocks that do not fit the memory budget even alone, in the order of the layout.</param>
public sealed record ProbeResult(
    BlockImportance Importance, int ExampleCount, ImmutableArray<ProbeGroup> Groups, ImmutableArray<ParameterBlock> UnprobedBlocks)
{
    /// <summary>Gets the peak memory in bytes: the received parameters, the arena of the largest group, and the personal parameters of the device; 0 if nothing was measured.</summary>
    public long PeakBytes => Groups.Select(g => g.PeakBytes).DefaultIfEmpty().Max();
}
