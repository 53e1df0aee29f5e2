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
    private readonly Lazy<long> _multiplyAdds;

    internal TrainingPlan(Network network, ParameterSelection selection, PlanSettings settings)
    {
        MemoryPlan memory = MemoryPlan.Create(network, selection, settings);
        Network = network;
        Selection = selection;
        Settings = settings;
        _multiplyAdds = new Lazy<long>(() => TrainingWork.Count(network, selection));
        Cut = memory.Cut;
        PrefixSteps = memory.Streams ? Cut : 0;
        TrainedBytes = sizeof(float) * (long)selection.Count;
        PersonalBytes = settings.PersonalBytes;
        ParameterBytes = memory.OutsideBytes - TrainedBytes - PersonalBytes;
        ArenaBytes = ArenaLayout.Place(memory.Tensors);
        PeakLiveBytes = ArenaLayout.MaxLiveBytes(memory.Tensors);
        EagerBytes = EagerEstimate.Compute(network, settings.BatchSize);
        Operations = [.. memory.Steps];
        Gradients = [.. memory.Gradients];
        NeedsGradient = [.. network.Operations.Select(o => memory.NeedsGradient(o.Output))];
        (Input, Labels, Priors, Accumulators, Velocity, Anchor) = (memory.Input, memory.Labels, memory.Priors, memory.Accumulators, memory.Velocity, memory.Anchor);
        (Outputs, Embedding) = (memory.Outputs, memory.Embedding);
        Prefix = memory.Boundary() is { IsEmpty: false } boundary ? new FrozenPrefix(network, selection, Cut, boundary) : null;
        if (Prefix is not null && settings.CachedExamples > 0)
        {
            long bytes = FeatureCache.StoreBytes(Prefix.BytesPerExample, settings.CachedExamples);
            (FeatureCacheBytes, FeatureStoreBytes) = settings.StoresFeatures ? (0L, bytes) : (bytes, 0L);
        }

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

    /// <summary>Gets the bytes of the personal parameters that the device holds; 0 without personalization. See <see cref="Personalization.PersonalModel"/>.</summary>
    public long PersonalBytes { get; }

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
    /// <see cref="FeatureCacheBytes"/> + <see cref="PersonalBytes"/>.
    /// </summary>
    /// <value>The device's local data, code and runtime are not counted.</value>
    public long PeakBytes => ParameterBytes + TrainedBytes + ArenaBytes + FeatureCacheBytes + PersonalBytes;

    /// <summary>
    /// Gets the bytes that a framework without a planner holds to train the whole network: weights, gradients, every activation kept for the backward
    /// pass, and the gradients in transit; for comparison.
    /// </summary>
    public long EagerBytes { get; }

    /// <summary>Gets the multiply-adds of one example in a training step: the forward pass, and the backward pass down to the first trained step.</summary>
    /// <value>Of normalizations, activations and pooling, only what their operations count. Independent of the batch size. A selector's <see cref="SelectionRequest.ComputeBudget"/> has the same unit.</value>
    public long MultiplyAdds => _multiplyAdds.Value;

    /// <summary>Gets the part of <see cref="MultiplyAdds"/> before the first trained step, whose result stays the same while these parameters do: what kept features save.</summary>
    public long FrozenMultiplyAdds => Network.Operations.Take(Cut).Sum(operation => operation.MultiplyAdds);

    /// <summary>Gets the tensors in the arena.</summary>
    public ImmutableArray<PlannedTensor> Tensors { get; }

    /// <summary>Gets the bytes in use while each step runs, in execution order.</summary>
    public ImmutableArray<PlannedStep> Steps { get; }

    internal PlanSettings Settings { get; }

    internal PlannedOperation[] Operations { get; }

    /// <summary>Gets the destination of the gradient of each trained block.</summary>
    internal PlannedGradient[] Gradients { get; }

    internal bool[] NeedsGradient { get; }

    /// <summary>Gets the number of first steps that run in chunks, before the remaining steps run on the whole micro-batch.</summary>
    internal int PrefixSteps { get; }

    internal Tensor Input { get; }

    internal Tensor Labels { get; }

    internal Tensor? Priors { get; }

    internal Tensor? Accumulators { get; }

    internal Tensor? Velocity { get; }

    /// <summary>Gets the tensor of the received values of the trained parameters; null if they are read in place or not needed.</summary>
    internal Tensor? Anchor { get; }

    /// <summary>Gets the tensor of the outputs that the loss reads. In inference, it is held until the end of the pass.</summary>
    internal Tensor Outputs { get; }

    internal Tensor? Embedding { get; }

    /// <summary>Gets the frozen prefix that runs in chunks; null if nothing is streamed.</summary>
    internal FrozenPrefix? Prefix { get; }

    /// <inheritdoc />
    public override string ToString() => $"{PeakBytes} bytes for {Selection} at batch {BatchSize} ({EagerBytes} without a plan)";
}
