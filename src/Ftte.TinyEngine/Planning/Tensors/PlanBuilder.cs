using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Collects the tensors that the operations of a network declare for one selection, and their uses.</summary>
/// <remarks>
/// Time is counted in moments: step t runs forward at moment t and backward at moment 2 * steps - 1 - t. Each operation declares its tensors and their uses once, in
/// execution order; the lifetimes of all tensors follow from these declarations.
/// </remarks>
internal sealed class PlanBuilder
{
    private readonly List<Tensor> _tensors = [];
    private readonly Tensor?[] _data;
    private readonly Tensor?[] _gradients;
    private readonly List<PlannedGradient> _blockGradients = [];
    private readonly List<(int Step, Tensor Tensor)> _kept = [];
    private readonly HashSet<Tensor> _backwardWorkspace = [];
    private readonly bool _everyStepIsCut;

    /// <summary>Starts a plan.</summary>
    /// <param name="network">The network.</param>
    /// <param name="selection">The trained coordinates.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="everyStepIsCut">True to plan every trained operation as if no operation before it were trained.</param>
    public PlanBuilder(Network network, ParameterSelection selection, PlanSettings settings, bool everyStepIsCut)
    {
        (Network, Selection, Settings, _everyStepIsCut) = (network, selection, settings, everyStepIsCut);
        Gradients = new GradientFlow(network, selection);
        _data = new Tensor?[network.Values.Length];
        _gradients = new Tensor?[network.Values.Length];

        // In inference, nothing uses the labels, so they take no memory.
        Labels = settings.IsForwardOnly ? Add("labels", 0, examples: 0) : AddResident("labels", network.Loss.LabelBytes, settings.MicroBatchSize);
        Priors = settings.CalibratesLabels ? AddResident("label priors", 2L * sizeof(float) * network.ClassCount) : null;
        Accumulators = settings.Accumulates ? AddResident("gradients", sizeof(float) * (long)selection.Count) : null;
        Velocity = settings.HasMomentum ? AddResident("momentum", sizeof(float) * (long)selection.Count) : null;
        Anchor = settings.CopiesAnchor ? AddResident("received", sizeof(float) * (long)selection.Count) : null;
        Input = MakeData(network.Values[0], moment: 0);
    }

    public Network Network { get; }

    public ParameterSelection Selection { get; }

    public PlanSettings Settings { get; }

    /// <summary>Gets the operations that are trained, and the values with a gradient.</summary>
    public GradientFlow Gradients { get; }

    /// <summary>Gets the operation that is being planned.</summary>
    public Operation Operation { get; private set; } = null!;

    public Tensor Input { get; }

    public Tensor Labels { get; }

    /// <summary>Gets the tensor of the values that the loss adds to the logits, with space for the sums.</summary>
    public Tensor? Priors { get; }

    public Tensor? Accumulators { get; }

    public Tensor? Velocity { get; }

    public Tensor? Anchor { get; }

    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>Gets the destination of the gradient of each trained block.</summary>
    public IReadOnlyList<PlannedGradient> BlockGradients => _blockGradients;

    /// <summary>Gets the tensors that a step keeps for its backward pass.</summary>
    public IReadOnlyList<(int Step, Tensor Tensor)> Kept => _kept;

    /// <summary>Gets the workspace of backward steps.</summary>
    public IReadOnlyCollection<Tensor> BackwardWorkspace => _backwardWorkspace;

    /// <summary>Gets the gradients of values.</summary>
    public IEnumerable<Tensor> ValueGradients => _gradients.OfType<Tensor>().Distinct();

    /// <summary>Gets the number of moments of a training step.</summary>
    public int Moments => 2 * Network.Operations.Length;

    /// <summary>Gets a value that indicates whether backward runs through this step.</summary>
    public bool RunsBackward => Gradients.NeedsGradient(Operation.Output);

    /// <summary>Gets a value that indicates whether the frozen prefix runs in smaller chunks than the rest.</summary>
    public bool Streams => Settings.PrefixExamples is not null;

    private int ForwardMoment => ForwardMomentOf(Operation.Step);

    private int BackwardMoment => BackwardMomentOf(Operation.Step);

    /// <summary>Starts the next operation.</summary>
    public void BeginStep(Operation operation) => Operation = operation;

    /// <summary>Returns the moment in which a step runs forward.</summary>
    public static int ForwardMomentOf(int step) => step;

    /// <summary>Returns the moment in which a step runs backward.</summary>
    public int BackwardMomentOf(int step) => Moments - 1 - step;

    /// <summary>Determines whether any coordinate of a block is trained.</summary>
    public bool IsTrained(ParameterBlock block) => Gradients.IsTrained(block);

    /// <summary>Returns the tensor that holds a value.</summary>
    public Tensor DataOf(Value value) => _data[value.Index]!;

    /// <summary>Returns the gradient of a value; null if it has none.</summary>
    public Tensor? FindGradient(Value value) => _gradients[value.Index];

    /// <summary>Determines whether a tensor is held during the whole step.</summary>
    public bool IsResident(Tensor tensor) => tensor == Labels || tensor == Priors || tensor == Accumulators || tensor == Velocity || tensor == Anchor;

    /// <summary>Reads an input in the forward pass.</summary>
    public Tensor Read(Value value)
    {
        Tensor tensor = _data[value.Index]!;
        tensor.UseAt(ForwardMoment);
        return tensor;
    }

    /// <summary>Adds a buffer for the output.</summary>
    public Tensor Write() => MakeData(Operation.Output, ForwardMoment);

    /// <summary>Reuses the memory of an input that is not used later for the output; adds a buffer if there is no such input.</summary>
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

    /// <summary>Extends the lifetime of a tensor until this step runs backward.</summary>
    public Tensor Keep(Tensor tensor)
    {
        tensor.KeepUntil(BackwardMoment);
        _kept.Add((Operation.Step, tensor));
        return tensor;
    }

    /// <summary>Adds a tensor that is written in the forward pass and kept for the backward pass, such as a mask.</summary>
    public Tensor AddKept(string suffix, long bytesPerExample, int? examples = null)
    {
        Tensor tensor = Add($"{Operation.Name}.{suffix}", bytesPerExample, examples ?? Settings.MicroBatchSize);
        tensor.UseAt(ForwardMoment);
        return Keep(tensor);
    }

    /// <summary>Registers the destination of the gradient of a block.</summary>
    public PlannedGradient AddGradient(PlannedGradient gradient)
    {
        _blockGradients.Add(gradient);
        return gradient;
    }

    /// <summary>Adds a tensor that lives while this step runs forward; null if it would be empty.</summary>
    public Tensor? ForwardScratch(string suffix, long bytes) => Scratch(suffix, bytes, ForwardMoment);

    /// <summary>Adds a tensor that lives while this step runs backward; null if it would be empty or the backward pass does not reach this step.</summary>
    public Tensor? BackwardScratch(string suffix, long bytes)
    {
        Tensor? tensor = RunsBackward ? Scratch(suffix, bytes, BackwardMoment) : null;
        if (tensor is not null)
        {
            _backwardWorkspace.Add(tensor);
        }

        return tensor;
    }

    /// <summary>Reads the gradient of the output; null if the backward pass does not reach this step.</summary>
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

    /// <summary>Adds the destination of the gradient of an input; null if the gradient is not used.</summary>
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

    /// <summary>Shares the memory of the output's gradient with the input's, if no other operation adds to that.</summary>
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

    /// <summary>Adds the gradient that the loss computes in its forward step.</summary>
    public Tensor LossGradient()
    {
        Tensor gradient = GradientOf(Operation.Input);
        gradient.UseAt(ForwardMoment);
        return gradient;
    }

    /// <summary>Determines whether a value is computed and last read within the frozen prefix, so that only a chunk of examples of it is live at a time.</summary>
    private bool IsStreamed(Value value) => Streams && value.LastStep < Gradients.Cut;

    private bool PassesGradientTo(Value input) => Gradients.NeedsGradient(input) && !(_everyStepIsCut && Gradients.IsTrained(Operation));

    private bool MayBeKeptByOthers(Value value)
    {
        if (Settings.IsForwardOnly)
        {
            return value == Settings.Embedding;
        }

        bool byProducer = value.Producer is null || value.Producer.MayKeepOutput;
        return byProducer || value.Consumers.Any(c => c != Operation && c.MayKeepInput);
    }

    private Tensor MakeData(Value value, int moment)
    {
        bool isStreamed = IsStreamed(value);
        int examples = isStreamed ? Settings.PrefixExamples!.Value : Settings.MicroBatchSize;
        Tensor tensor = Add(value.Name, sizeof(float) * (long)value.Shape.Count, examples);
        tensor.UseAt(moment);
        if (Streams && !isStreamed && value.FirstStep < Gradients.Cut)
        {
            // Written chunk by chunk, therefore live from the first step of the first chunk.
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

    private Tensor? Scratch(string suffix, long bytes, int moment)
    {
        if (bytes == 0)
        {
            return null;
        }

        Tensor tensor = Add($"{Operation.Name}.{suffix}", bytes, examples: 1);
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
