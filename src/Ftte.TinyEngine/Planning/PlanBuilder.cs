using System.Collections.Immutable;

namespace Ftte.TinyEngine;

/// <summary>Collects what a network's operations need in memory, and when, for one selection.</summary>
/// <remarks>
/// Time is counted in moments: step t runs forward at moment t and backward at moment 2 * steps - 1 - t. Each operation is asked once, in
/// execution order, and declares tensors and their uses; what lives when follows from that and is stated nowhere else.
/// </remarks>
internal sealed class PlanBuilder
{
    private readonly List<Tensor> _tensors = [];
    private readonly Tensor?[] _data;
    private readonly Tensor?[] _gradients;
    private readonly bool[] _needsGradient;
    private readonly List<(int Step, Tensor Tensor)> _kept = [];
    private readonly HashSet<Tensor> _backwardScratch = [];

    private readonly bool _everyStepIsCut;
    private long[]? _flowBytes;
    private long[]? _keptBytes;
    private long[]? _gradientBytes;
    private long[]? _backwardScratchBytes;

    private PlanBuilder(Network network, ParameterSelection selection, PlanSettings settings, bool everyStepIsCut)
    {
        (Network, Selection, Settings, _everyStepIsCut) = (network, selection, settings, everyStepIsCut);
        _data = new Tensor?[network.Values.Length];
        _gradients = new Tensor?[network.Values.Length];
        _needsGradient = new bool[network.Values.Length];
        Cut = Array.FindIndex(network.Operations, o => o.Trainable.Any(IsTrained));
        Cut = Cut < 0 ? network.Operations.Length : Cut;
        foreach (Operation operation in network.Operations)
        {
            _needsGradient[operation.Output.Index] = operation.Trainable.Any(IsTrained) || operation.Inputs.Any(i => _needsGradient[i.Index]);
        }

        Labels = AddResident("labels", network.Loss.LabelBytes, settings.MicroBatchSize);
        Priors = settings.CalibratesLabels ? AddResident("label priors", 2L * sizeof(float) * network.ClassCount) : null;
        Accumulators = settings.Accumulates ? AddResident("gradients", sizeof(float) * (long)selection.Count) : null;
        Velocity = settings.HasMomentum ? AddResident("momentum", sizeof(float) * (long)selection.Count) : null;
        Input = MakeData(network.Values[0], moment: 0);
        foreach (Operation operation in network.Operations)
        {
            Operation = operation;
            Steps.Add(operation.Plan(this));
        }
    }

    public Network Network { get; }

    public ParameterSelection Selection { get; }

    public PlanSettings Settings { get; }

    /// <summary>Gets the operation that is being asked.</summary>
    public Operation Operation { get; private set; } = null!;

    /// <summary>Gets the first step in which anything is trained; the number of steps if nothing is.</summary>
    public int Cut { get; }

    public Tensor Input { get; }

    public Tensor Labels { get; }

    /// <summary>Gets what the loss adds to the logits, and room for the sums.</summary>
    public Tensor? Priors { get; }

    public Tensor? Accumulators { get; }

    public Tensor? Velocity { get; }

    public IReadOnlyList<Tensor> Tensors => _tensors;

    public List<PlannedOperation> Steps { get; } = [];

    public List<PlannedGradient> Gradients { get; } = [];

    /// <summary>Gets the bytes outside the arena: the received parameters, and the selected ones that are trained and become the update.</summary>
    public long OutsideBytes => (Settings.FrozenBytes ?? sizeof(float) * (long)Network.Layout.ParameterCount) + (sizeof(float) * (long)Selection.Count);

    /// <summary>Gets whether backward runs through this step.</summary>
    public bool RunsBackward => NeedsGradient(Operation.Output);

    /// <summary>Gets whether the frozen prefix runs in smaller chunks than the rest.</summary>
    public bool Streams => Settings.PrefixExamples is not null;

    private int Moments => 2 * Network.Operations.Length;

    private int ForwardMoment => Forward(Operation.Step);

    private int BackwardMoment => Backward(Operation.Step);

    public static PlanBuilder Run(Network network, ParameterSelection selection, PlanSettings settings) => new(network, selection, settings, everyStepIsCut: false);

    /// <summary>Plans every trained operation as if no operation before it were trained: none of them computes the gradient of its input.</summary>
    /// <remarks>Only what a single operation declares is meaningful in such a plan, such as <see cref="BackwardScratchBytes"/>; it cannot be executed.</remarks>
    public static PlanBuilder RunEveryStepAsCut(Network network, ParameterSelection selection, PlanSettings settings) =>
        new(network, selection, settings, everyStepIsCut: true);

    public static int Forward(int step) => step;

    public int Backward(int step) => Moments - 1 - step;

    public bool IsTrained(ParameterBlock block) => TileDecomposition.Selects(Selection, block.Range);

    public bool NeedsGradient(Value value) => _needsGradient[value.Index];

    public bool NeedsGradient(int step) => NeedsGradient(Network.Operations[step].Output);

    /// <summary>Says whether a value is made and used up within the frozen prefix, so that only a chunk of examples of it lives at a time.</summary>
    public bool IsStreamed(Value value) => Streams && value.LastStep < Cut;

    /// <summary>Reads an input in the forward pass.</summary>
    public Tensor Read(Value value)
    {
        Tensor tensor = _data[value.Index]!;
        tensor.UseAt(ForwardMoment);
        return tensor;
    }

    /// <summary>Makes a buffer for the output.</summary>
    public Tensor Write() => MakeData(Operation.Output, ForwardMoment);

    /// <summary>Puts the output in the place of an input that nobody needs any more; makes a buffer if there is none.</summary>
    public Tensor WriteInPlace(bool keepsInput = false, int candidates = int.MaxValue)
    {
        foreach (Value input in Operation.Inputs.Take(candidates))
        {
            bool isFree = !keepsInput && !MayBeKeptByOthers(input) && input.LastStep == Operation.Step;
            if (isFree && input.Shape.Count == Operation.Output.Shape.Count && IsStreamed(input) == IsStreamed(Operation.Output))
            {
                Tensor tensor = Read(input);
                _data[Operation.Output.Index] = tensor;
                return tensor;
            }
        }

        return Write();
    }

    /// <summary>Keeps a tensor until this step runs backward.</summary>
    public Tensor Keep(Tensor tensor)
    {
        tensor.KeepUntil(BackwardMoment);
        _kept.Add((Operation.Step, tensor));
        return tensor;
    }

    /// <summary>Makes a tensor in the forward pass that is kept for the backward pass, such as a mask.</summary>
    public Tensor AddKept(string what, long bytesPerExample, int? examples = null)
    {
        Tensor tensor = Add($"{Operation.Name}.{what}", bytesPerExample, examples ?? Settings.MicroBatchSize);
        tensor.UseAt(ForwardMoment);
        return Keep(tensor);
    }

    /// <summary>Registers where the gradient of a block goes.</summary>
    public PlannedGradient AddGradient(PlannedGradient gradient)
    {
        Gradients.Add(gradient);
        return gradient;
    }

    /// <summary>Makes a tensor that lives while this step runs forward; null if it would be empty.</summary>
    public Tensor? ForwardScratch(string what, long bytes) => Scratch(what, bytes, ForwardMoment);

    /// <summary>Makes a tensor that lives while this step runs backward; null if it would be empty or backward does not get here.</summary>
    public Tensor? BackwardScratch(string what, long bytes)
    {
        Tensor? tensor = RunsBackward ? Scratch(what, bytes, BackwardMoment) : null;
        if (tensor is not null)
        {
            _backwardScratch.Add(tensor);
        }

        return tensor;
    }

    /// <summary>Reads the gradient of the output; null if backward does not get here.</summary>
    public Tensor? OutputGradient()
    {
        if (!RunsBackward)
        {
            return null;
        }

        Tensor gradient = GradientOf(Operation.Output);
        gradient.UseAt(BackwardMoment);
        return gradient;
    }

    /// <summary>Gets where the gradient of an input goes; null if nobody needs it.</summary>
    public InputGradientTarget? InputGradient(Value input)
    {
        if (!PassesGradientTo(input))
        {
            return null;
        }

        Tensor gradient = GradientOf(input);
        gradient.UseAt(BackwardMoment);
        return new InputGradientTarget(gradient, Adds: input.LastStep > Operation.Step);
    }

    /// <summary>Makes the output's gradient share its memory with the input's, if no other operation adds to that.</summary>
    /// <remarks>Called before <see cref="OutputGradient"/>.</remarks>
    public bool ShareGradient(Value input)
    {
        if (!PassesGradientTo(input) || input.Consumers.Count > 1 || input.Shape.Count != Operation.Output.Shape.Count)
        {
            return false;
        }

        _gradients[Operation.Output.Index] = GradientOf(input);
        return true;
    }

    /// <summary>Makes the gradient that the loss begins with, in its forward step.</summary>
    public Tensor LossGradient()
    {
        Tensor gradient = GradientOf(Operation.Input);
        gradient.UseAt(ForwardMoment);
        return gradient;
    }

    /// <summary>Gets the bytes in use at a moment, in the arena and outside it.</summary>
    public long BytesAt(int moment) => OutsideBytes + _tensors.Where(t => t.LivesAt(moment)).Sum(t => t.Bytes);

    /// <summary>Gets the bytes that a step needs while it runs forward, without what is only kept for later.</summary>
    public long FlowBytes(int step) => (_flowBytes ??= SumByMoment(_tensors.Where(t => !IsResident(t)), t => t.LastFlow))[Forward(step)];

    /// <summary>Gets the bytes that a step keeps for its backward pass.</summary>
    public long KeptBytes(int step) => (_keptBytes ??= SumKept())[step];

    /// <summary>Gets the bytes of gradients on their way while a step runs backward.</summary>
    public long GradientBytes(int step) => (_gradientBytes ??= SumByMoment(_gradients.OfType<Tensor>().Distinct(), t => t.Last))[Backward(step)];

    /// <summary>Gets the bytes of the gradient of a step's output; 0 if there is none.</summary>
    public long OutputGradientBytes(int step) => _gradients[Network.Operations[step].Output.Index]?.Bytes ?? 0;

    /// <summary>Gets the bytes of workspace while a step runs backward.</summary>
    public long BackwardScratchBytes(int step) => (_backwardScratchBytes ??= SumByMoment(_backwardScratch, t => t.Last))[Backward(step)];

    /// <summary>Gets the bytes in the arena that are held throughout whatever is trained.</summary>
    public long ResidentBytes => Labels.Bytes + (Priors?.Bytes ?? 0);

    /// <summary>Gets the bytes that cross from the steps before one to it and those after, for a whole micro-batch.</summary>
    public long BoundaryBytes(int step)
    {
        var tensors = Network.Values.Where(v => v.FirstStep < step && v.LastStep >= step).Select(v => _data[v.Index]!).Distinct();
        return tensors.Sum(t => Tensor.RoundUp(t.BytesPerExample * Settings.MicroBatchSize));
    }

    /// <summary>Gets the tensors that the streamed prefix fills chunk by chunk and the rest reads.</summary>
    public ImmutableArray<Tensor> Boundary() =>
        [.. Network.Values.Where(v => Streams && Cut > 0 && Cut < Network.Operations.Length && v.FirstStep < Cut && v.LastStep >= Cut).Select(v => _data[v.Index]!).Distinct()];

    /// <summary>Says why a tensor is there.</summary>
    public TensorRole RoleOf(Tensor tensor) =>
        IsResident(tensor) ? TensorRole.Resident
        : _kept.Any(k => k.Tensor == tensor) ? TensorRole.Saved
        : _gradients.Contains(tensor) ? TensorRole.Gradient
        : TensorRole.Transient;

    private bool IsResident(Tensor tensor) => tensor == Labels || tensor == Priors || tensor == Accumulators || tensor == Velocity;

    private bool PassesGradientTo(Value input) => NeedsGradient(input) && !(_everyStepIsCut && Operation.Trainable.Any(IsTrained));

    private long[] SumKept()
    {
        long[] sums = new long[Network.Operations.Length];
        foreach ((int step, Tensor tensor) in _kept.Distinct())
        {
            sums[step] += tensor.Bytes;
        }

        return sums;
    }

    /// <summary>Sums for every moment the bytes of the tensors that live then.</summary>
    private long[] SumByMoment(IEnumerable<Tensor> tensors, Func<Tensor, int> last)
    {
        long[] sums = new long[Moments + 1];
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

    private bool MayBeKeptByOthers(Value value)
    {
        bool byProducer = value.Producer is null || value.Producer.MayKeepOutput;
        return byProducer || value.Consumers.Any(c => c != Operation && c.MayKeepInput);
    }

    private Tensor MakeData(Value value, int moment)
    {
        bool isStreamed = IsStreamed(value);
        int examples = isStreamed ? Settings.PrefixExamples!.Value : Settings.MicroBatchSize;
        Tensor tensor = Add(value.Name, sizeof(float) * (long)value.Shape.Count, examples);
        tensor.UseAt(moment);
        if (Streams && !isStreamed && value.FirstStep < Cut)
        {
            // Filled chunk by chunk, so there from the first chunk's first step.
            tensor.UseAt(0);
            tensor.OutlivesChunks = true;
        }

        _data[value.Index] = tensor;
        return tensor;
    }

    private Tensor GradientOf(Value value)
    {
        if (_gradients[value.Index] is not { } gradient)
        {
            int examples = IsStreamed(value) ? Settings.PrefixExamples!.Value : Settings.MicroBatchSize;
            gradient = Add($"{value.Name}.gradient", sizeof(float) * (long)value.Shape.Count, examples);
            _gradients[value.Index] = gradient;
        }

        return gradient;
    }

    private Tensor? Scratch(string what, long bytes, int moment)
    {
        if (bytes == 0)
        {
            return null;
        }

        Tensor tensor = Add($"{Operation.Name}.{what}", bytes, examples: 1);
        tensor.UseAt(moment);
        return tensor;
    }

    private Tensor AddResident(string name, long bytesPerExample, int examples = 1)
    {
        Tensor tensor = Add(name, bytesPerExample, examples);
        tensor.UseAt(0);
        tensor.UseAt(Moments - 1);
        tensor.OutlivesChunks = true;
        return tensor;
    }

    private Tensor Add(string name, long bytesPerExample, int examples)
    {
        var tensor = new Tensor(name, bytesPerExample, examples);
        _tensors.Add(tensor);
        return tensor;
    }
}

/// <summary>Where an operation puts the gradient of an input.</summary>
/// <param name="Tensor">The gradient.</param>
/// <param name="Adds">Whether a later operation has written its part there already.</param>
internal sealed record InputGradientTarget(Tensor Tensor, bool Adds);
