using System.Collections.Immutable;
using Ftte.Selection;
using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents the memory layout of training a selection over time, planned to the byte before any allocation.</summary>
/// <remarks>
/// <para>Frozen parameters are read in place. Selected ones are trained in the buffer that then becomes the update, so neither a
/// base copy nor a gradient buffer is held. All other data is in one arena, whose layout this plan describes.</para>
/// <para>No moment takes more memory than <see cref="MemoryTimeline.Compute"/> returns for <see cref="NetworkPlanning.Profile(Network, int, IReadOnlyList{double}?)"/> and the same trained
/// parameters; for a chain of linear layers the two agree to the byte. Sizes of tensors in the arena are rounded up to 64 bytes. Immutable and safe to share
/// between threads.</para>
/// </remarks>
public sealed class TrainingPlan
{
    internal TrainingPlan(Network network, ParameterSelection selection, PlanSettings settings)
    {
        MemoryPlan memory = MemoryPlan.Create(network, selection, settings);
        Network = network;
        Selection = selection;
        Settings = settings;
        Cut = memory.Cut;
        PrefixSteps = memory.Streams ? Cut : 0;
        TrainedBytes = sizeof(float) * (long)selection.Count;
        ParameterBytes = memory.OutsideBytes - TrainedBytes;
        ArenaBytes = ArenaLayout.Place(memory.Tensors);
        PeakLiveBytes = ArenaLayout.MaxLiveBytes(memory.Tensors);
        EagerBytes = EagerEstimate.Compute(network, settings.BatchSize);
        Operations = [.. memory.Steps];
        Gradients = [.. memory.Gradients];
        TrainedLayers = Math.Max(1, Gradients.Any(g => !g.IsVector) ? Gradients.Count(g => !g.IsVector) : Gradients.Length);
        NeedsGradient = [.. network.Operations.Select(o => memory.NeedsGradient(o.Output))];
        (Input, Labels, Priors, Accumulators, Velocity) = (memory.Input, memory.Labels, memory.Priors, memory.Accumulators, memory.Velocity);
        (Outputs, Embedding) = (memory.Outputs, memory.Embedding);
        Prefix = memory.Boundary() is { IsEmpty: false } boundary ? new FrozenPrefix(network, selection, Cut, boundary) : null;
        if (Prefix is not null && settings.CachedExamples > 0)
        {
            long bytes = FeatureCache.StoreBytes(Prefix.BytesPerExample, settings.CachedExamples);
            (FeatureCacheBytes, FeatureStoreBytes) = settings.StoresFeatures ? (0L, bytes) : (bytes, 0L);
        }

        UpdateRuns = FindUpdateRuns(network, selection);
        Tensors = [.. memory.Tensors.Where(t => t.Last >= 0).Select(t => new PlannedTensor(t.Name, t.Offset, t.Bytes, t.First, t.Last, memory.RoleOf(t)))];
        Steps = [.. network.Operations.Select((o, t) => new PlannedStep(
            o.Name,
            memory.ForwardBytes(t),
            NeedsGradient[t] ? memory.BackwardBytes(t) : 0))];
    }

    /// <summary>Gets the network that the plan is for.</summary>
    public Network Network { get; }

    /// <summary>Gets the coordinates that are trained.</summary>
    public ParameterSelection Selection { get; }

    /// <summary>Gets the number of examples per step.</summary>
    public int BatchSize => Settings.BatchSize;

    /// <summary>Gets the number of examples that run forward and backward at once.</summary>
    public int MicroBatchSize => Settings.MicroBatchSize;

    /// <summary>Gets the first step with a trained parameter, at which the backward pass stops; the number of steps if there is none.</summary>
    public int Cut { get; }

    /// <summary>Gets the bytes of the frozen parameters: by default the whole received vector, which belongs to the caller.</summary>
    public long ParameterBytes { get; }

    /// <summary>Gets the bytes of the selected parameters while they are trained; the same buffer becomes the update.</summary>
    public long TrainedBytes { get; }

    /// <summary>Gets the bytes of the arena: the batch, activations, values saved for backward, gradients and workspace.</summary>
    public long ArenaBytes { get; }

    /// <summary>Gets the bytes in use in the arena at the moment of maximum use; the difference to <see cref="ArenaBytes"/> is lost in gaps.</summary>
    public long PeakLiveBytes { get; }

    /// <summary>Gets the bytes of the frozen prefix's features and of the hashes that verify them, if they are kept in memory; 0 if they are kept in a file.</summary>
    public long FeatureCacheBytes { get; }

    /// <summary>Gets the bytes of storage that features take in the file of <see cref="EngineOptions.FeatureStore"/>; this is not memory.</summary>
    public long FeatureStoreBytes { get; }

    /// <summary>
    /// Gets the bytes that training takes on the device: <see cref="ParameterBytes"/> + <see cref="TrainedBytes"/> + <see cref="ArenaBytes"/> +
    /// <see cref="FeatureCacheBytes"/>.
    /// </summary>
    /// <value>The device's local data, code and runtime are not counted.</value>
    public long PeakBytes => ParameterBytes + TrainedBytes + ArenaBytes + FeatureCacheBytes;

    /// <summary>
    /// Gets the bytes that a framework without a planner holds to train the whole network: weights, gradients, every activation kept for the backward
    /// pass, and the gradients in transit; for comparison.
    /// </summary>
    public long EagerBytes { get; }

    /// <summary>Gets the tensors in the arena.</summary>
    public ImmutableArray<PlannedTensor> Tensors { get; }

    /// <summary>Gets the bytes in use while each step runs, in execution order.</summary>
    public ImmutableArray<PlannedStep> Steps { get; }

    internal PlanSettings Settings { get; }

    internal PlannedOperation[] Operations { get; }

    /// <summary>Gets the destination of the gradient of each trained block.</summary>
    internal PlannedGradient[] Gradients { get; }

    /// <summary>Gets the number of trained weight matrices; the number of trained vectors if no matrix is trained; at least 1.</summary>
    internal int TrainedLayers { get; }

    internal bool[] NeedsGradient { get; }

    /// <summary>Gets the number of first steps that run in chunks, before the remaining steps run on the whole micro-batch.</summary>
    internal int PrefixSteps { get; }

    internal Tensor Input { get; }

    internal Tensor Labels { get; }

    internal Tensor? Priors { get; }

    internal Tensor? Accumulators { get; }

    internal Tensor? Velocity { get; }

    /// <summary>Gets the tensor of the outputs that the loss reads. In inference, it is held until the end of the pass.</summary>
    internal Tensor Outputs { get; }

    internal Tensor? Embedding { get; }

    /// <summary>Gets the frozen prefix that runs in chunks; null if nothing is streamed.</summary>
    internal FrozenPrefix? Prefix { get; }

    /// <summary>Gets the runs of packed parameters that a gradient step changes: all selected ones except running statistics.</summary>
    internal ImmutableArray<(int Offset, int Count)> UpdateRuns { get; }

    /// <inheritdoc />
    public override string ToString() => $"{PeakBytes} bytes for {Selection} at batch {BatchSize} ({EagerBytes} without a plan)";

    private static ImmutableArray<(int Offset, int Count)> FindUpdateRuns(Network network, ParameterSelection selection)
    {
        var runs = ImmutableArray.CreateBuilder<(int Offset, int Count)>();
        int packed = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            foreach (ParameterRange trainable in network.Trainable.Ranges)
            {
                int start = Math.Max(range.Start, trainable.Start), end = Math.Min(range.End, trainable.End);
                if (start < end)
                {
                    runs.Add((packed + (start - range.Start), end - start));
                }
            }

            packed += range.Length;
        }

        return runs.ToImmutable();
    }
}
