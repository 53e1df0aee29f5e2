using System.Collections.Immutable;
using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents the tensors that the operations of a network declare for one selection, and computes their size at each step.</summary>
internal sealed class MemoryPlan
{
    private readonly PlanBuilder _builder;
    private long[]? _flowBytes;
    private long[]? _keptBytes;
    private long[]? _gradientBytes;
    private long[]? _backwardScratchBytes;

    private MemoryPlan(PlanBuilder builder)
    {
        _builder = builder;
        foreach (Operation operation in builder.Network.Operations)
        {
            builder.BeginStep(operation);
            Steps.Add(OperationPlanner.Plan(operation, builder));
        }
    }

    public Network Network => _builder.Network;

    public ParameterSelection Selection => _builder.Selection;

    public PlanSettings Settings => _builder.Settings;

    /// <summary>Gets the first step with a trained parameter; the number of steps if there is none.</summary>
    public int Cut => _builder.Gradients.Cut;

    /// <summary>Gets a value that indicates whether the frozen prefix runs in smaller chunks than the rest.</summary>
    public bool Streams => _builder.Streams;

    public Tensor Input => _builder.Input;

    public Tensor Labels => _builder.Labels;

    public Tensor? Priors => _builder.Priors;

    public Tensor? Accumulators => _builder.Accumulators;

    public Tensor? Velocity => _builder.Velocity;

    public Tensor? Anchor => _builder.Anchor;

    public IReadOnlyList<Tensor> Tensors => _builder.Tensors;

    /// <summary>Gets the tensor of the outputs that the loss reads.</summary>
    public Tensor Outputs => _builder.DataOf(Network.Loss.Input);

    /// <summary>Gets the tensor of the embedding; null if there is none.</summary>
    public Tensor? Embedding => Settings.Embedding is { } value ? _builder.DataOf(value) : null;

    /// <summary>Gets the planned form of each operation, in execution order.</summary>
    public List<PlannedOperation> Steps { get; } = [];

    /// <summary>Gets the destination of the gradient of each trained block.</summary>
    public IReadOnlyList<PlannedGradient> Gradients => _builder.BlockGradients;

    /// <summary>Gets the bytes outside the arena: the received parameters, the personal ones, and the selected ones that are trained and become the update.</summary>
    public long OutsideBytes => (Settings.FrozenBytes ?? sizeof(float) * (long)Network.Layout.ParameterCount) + Settings.PersonalBytes + (sizeof(float) * (long)Selection.Count);

    /// <summary>Gets the bytes in the arena that are held during the whole step for every selection.</summary>
    public long ResidentBytes => Labels.Bytes + (Priors?.Bytes ?? 0);

    /// <summary>Plans a selection.</summary>
    public static MemoryPlan Create(Network network, ParameterSelection selection, PlanSettings settings) =>
        new(new PlanBuilder(network, selection, settings, everyStepIsCut: false));

    /// <summary>Plans every trained operation as if no operation before it were trained, so that no operation computes the gradient of its input.</summary>
    /// <remarks>Only the tensors that a single operation declares are meaningful in such a plan, such as <see cref="BackwardScratchBytes"/>; it cannot be executed.</remarks>
    public static MemoryPlan CreateWithEveryStepAsCut(Network network, ParameterSelection selection, PlanSettings settings) =>
        new(new PlanBuilder(network, selection, settings, everyStepIsCut: true));

    /// <summary>Determines whether training computes the gradient of a value.</summary>
    public bool NeedsGradient(Value value) => _builder.Gradients.NeedsGradient(value);

    /// <summary>Returns the bytes in use while a step runs forward, in the arena and outside it.</summary>
    public long ForwardBytes(int step) => BytesAt(PlanBuilder.ForwardMomentOf(step));

    /// <summary>Returns the bytes in use while a step runs backward, in the arena and outside it.</summary>
    public long BackwardBytes(int step) => BytesAt(_builder.BackwardMomentOf(step));

    /// <summary>Returns the bytes that a step needs while it runs forward, without tensors that are only kept for later steps.</summary>
    public long FlowBytes(int step) => (_flowBytes ??= SumByMoment(Tensors.Where(t => !_builder.IsResident(t)), t => t.LastFlow))[PlanBuilder.ForwardMomentOf(step)];

    /// <summary>Returns the bytes that a step keeps for its backward pass.</summary>
    public long KeptBytes(int step) => (_keptBytes ??= SumKept())[step];

    /// <summary>Returns the bytes of gradients in use while a step runs backward.</summary>
    public long GradientBytes(int step) => (_gradientBytes ??= SumByMoment(_builder.ValueGradients, t => t.Last))[_builder.BackwardMomentOf(step)];

    /// <summary>Returns the bytes of the gradient of a step's output; 0 if there is none.</summary>
    public long OutputGradientBytes(int step) => _builder.FindGradient(Network.Operations[step].Output)?.Bytes ?? 0;

    /// <summary>Returns the bytes of workspace while a step runs backward.</summary>
    public long BackwardScratchBytes(int step) =>
        (_backwardScratchBytes ??= SumByMoment(_builder.BackwardWorkspace, t => t.Last))[_builder.BackwardMomentOf(step)];

    /// <summary>Returns the bytes that steps before a given step pass to it and to later steps, for a whole micro-batch.</summary>
    public long BoundaryBytes(int step) => Crossing(step).Sum(t => Tensor.RoundUp(t.BytesPerExample * Settings.MicroBatchSize));

    /// <summary>Returns the tensors that the streamed prefix writes chunk by chunk and later steps read.</summary>
    public ImmutableArray<Tensor> Boundary() => Streams && Cut > 0 && Cut < Network.Operations.Length ? [.. Crossing(Cut)] : [];

    /// <summary>Returns the reason why a tensor is in the arena.</summary>
    public TensorRole RoleOf(Tensor tensor) =>
        _builder.IsResident(tensor) ? TensorRole.Resident
        : _builder.Kept.Any(k => k.Tensor == tensor) ? TensorRole.Saved
        : _builder.ValueGradients.Contains(tensor) ? TensorRole.Gradient
        : TensorRole.Transient;

    private long BytesAt(int moment) => OutsideBytes + Tensors.Where(t => t.LivesAt(moment)).Sum(t => t.Bytes);

    private IEnumerable<Tensor> Crossing(int step) =>
        Network.Values.Where(v => v.FirstStep < step && v.LastStep >= step).Select(_builder.DataOf).Distinct();

    private long[] SumKept()
    {
        long[] sums = new long[Network.Operations.Length];
        foreach ((int step, Tensor tensor) in _builder.Kept.Distinct())
        {
            sums[step] += tensor.Bytes;
        }

        return sums;
    }

    /// <summary>Computes the bytes of live tensors at each moment.</summary>
    private long[] SumByMoment(IEnumerable<Tensor> tensors, Func<Tensor, int> last)
    {
        long[] sums = new long[_builder.Moments + 1];
        foreach (Tensor tensor in tensors.Where(t => t.First <= last(t)))
        {
            sums[tensor.First] += tensor.Bytes;
            sums[last(tensor) + 1] -= tensor.Bytes;
        }

        for (int moment = 1; moment < sums.Length; moment++)
        {
            sums[moment] += sums[moment - 1];
        }

        return sums;
    }
}
