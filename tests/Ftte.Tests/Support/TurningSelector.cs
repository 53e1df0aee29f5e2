using System.Collections.Immutable;
using Ftte.Selection;

namespace Ftte.Tests;

/// <summary>A selector that trains another block at every turn, unless a test wants something else, and remembers what it was asked.</summary>
internal sealed class TurningSelector : IParameterSelector
{
    /// <summary>Gets the costs of training <see cref="ServerBench.Layout"/>: one step per block, each peaking differently.</summary>
    public static TrainingProfile Profile { get; } = new(ServerBench.Layout, 100,
    [
        .. ServerBench.Layout.Blocks.Select(block => new TrainingStep(block.Name, 10, 20, 10, 0,
            [new TrainingChoice("all", [block.Range], SavedBytes: 4 * block.Range.Length)])),
    ]);

    public static BlockImportance Guess { get; } = new(ServerBench.Layout, 1, 2, 3);

    public List<SelectionRequest> Requests { get; } = [];

    /// <summary>Gets or sets which block, by its position, is trained when.</summary>
    public Func<SelectionRequest, int> OnSelect { get; set; } = request => (int)(request.Turn % 3);

    public SelectionResult Select(SelectionRequest request, CancellationToken cancellationToken = default)
    {
        Requests.Add(request);
        return Choose(request, OnSelect(request));
    }

    /// <summary>Settings that choose with this selector and state a budget.</summary>
    public ReselectionOptions Every(int versions, int? probes = 0) => new()
    {
        Selector = this,
        Profile = Profile,
        Importance = Guess,
        EveryVersions = versions,
        Probes = probes,
        MemoryBudgetBytes = 1000,
    };

    public static SelectionResult Choose(SelectionRequest request, int block) =>
        SelectionResult.Create(request, [.. Enumerable.Range(0, 3).Select(t => t == block ? 0 : -1)]);

    /// <summary>Says what training a block takes on a device.</summary>
    public static long Peak(int block)
    {
        ImmutableArray<int> choices = [.. Enumerable.Range(0, 3).Select(t => t == block ? 0 : -1)];
        return MemoryTimeline.Compute(Profile, choices.AsSpan()).PeakBytes;
    }
}
