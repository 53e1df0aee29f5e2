using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

/// <summary>Collects what a network's operations need in memory, and when, for one selection and batch size.</summary>
/// <remarks>
/// Time is counted in moments: step t runs forward at moment t and backward at moment 2 * steps - 1 - t. Each operation is asked once, in
/// execution order, and declares tensors and their uses; what lives when follows from that and is stated nowhere else.
/// </remarks>
internal sealed class PlanBuilder
{
    private readonly List<Tensor> _tensors = [];
    private ArenaEnd _nextEnd = ArenaEnd.Low;

    private PlanBuilder(Network network, ParameterSelection selection, int batchSize)
    {
        Network = network;
        Selection = selection;
        BatchSize = batchSize;
        Cut = Array.FindIndex(network.Operations, o => o.Parameters.Any(b => TileDecomposition.Selects(selection, b.Range)));
        Cut = Cut < 0 ? network.Operations.Length : Cut;
        Input = AddResident("input", sizeof(float) * (long)batchSize * network.InputLength);
        Labels = AddResident("labels", sizeof(int) * (long)batchSize);

        var activation = new Activation("input", network.InputLength, Input, producer: -1);
        for (int step = 0; step < network.Operations.Length; step++)
        {
            Steps.Add(network.Operations[step].Plan(this, step, ref activation));
        }
    }

    public Network Network { get; }

    public ParameterSelection Selection { get; }

    public int BatchSize { get; }

    /// <summary>Gets the first step in which anything is trained; the number of steps if nothing is.</summary>
    public int Cut { get; }

    public Tensor Input { get; }

    public Tensor Labels { get; }

    public IReadOnlyList<Tensor> Tensors => _tensors;

    public List<PlannedOperation> Steps { get; } = [];

    /// <summary>Gets the bytes outside the arena: the received parameters, and the selected ones that are trained and become the update.</summary>
    public long OutsideBytes => sizeof(float) * ((long)Network.Layout.ParameterCount + Selection.Count);

    private int Moments => 2 * Network.Operations.Length;

    public static PlanBuilder Run(Network network, ParameterSelection selection, int batchSize) => new(network, selection, batchSize);

    public static int Forward(int step) => step;

    public int Backward(int step) => Moments - 1 - step;

    /// <summary>Gets whether backward runs through a step.</summary>
    public bool RunsBackward(int step) => step >= Cut;

    /// <summary>Gets whether backward goes on past a step, so that the gradient of its input is needed.</summary>
    public bool PassesOn(int step) => step > Cut;

    public Tensor Add(string name, long bytes, ArenaEnd end)
    {
        var tensor = new Tensor(name, bytes, end);
        _tensors.Add(tensor);
        return tensor;
    }

    /// <summary>Adds an operation's output, on the other end of the arena than the output before.</summary>
    /// <remarks>
    /// Why the ends alternate: an output dies when the next operation has run, while what was saved for backward stays. If neighbours shared an end,
    /// the later would sit on the earlier, and its death would leave a gap. The gradient of an output goes to the opposite end for the same reason,
    /// seen backwards in time.
    /// </remarks>
    public Activation NewActivation(string name, int values, int step)
    {
        Tensor value = Add(name, sizeof(float) * (long)BatchSize * values, _nextEnd);
        _nextEnd = Opposite(_nextEnd);
        return new Activation(name, values, value, step);
    }

    /// <summary>Adds one bit per value, saved for backward by an operation that works in place.</summary>
    /// <remarks>
    /// The bits are set aside together with the buffer that the operation works in, so that they lie below it and it can leave before them.
    /// </remarks>
    public Tensor NewMask(string name, Activation activation, int step)
    {
        Tensor mask = Add(name, ReluKernel.MaskBytes((long)BatchSize * activation.Values), activation.Value.End);
        mask.UseAt(Forward(Math.Max(0, activation.Producer)));
        mask.UseAt(Forward(step));
        return mask;
    }

    /// <summary>Gets the gradient of an activation, made on first demand.</summary>
    public Tensor GradientOf(Activation activation) =>
        activation.Gradient ??= Add(
            $"{activation.Name}.gradient", sizeof(float) * (long)BatchSize * activation.Values, Opposite(activation.Value.End));

    /// <summary>Gets the bytes in use at a moment, in the arena and outside it.</summary>
    public long BytesAt(int moment) => OutsideBytes + _tensors.Where(t => t.LivesAt(moment)).Sum(t => t.Bytes);

    private Tensor AddResident(string name, long bytes)
    {
        Tensor tensor = Add(name, bytes, ArenaEnd.Low);
        tensor.UseAt(0);
        tensor.UseAt(Moments - 1);
        return tensor;
    }

    private static ArenaEnd Opposite(ArenaEnd end) => end == ArenaEnd.Low ? ArenaEnd.High : ArenaEnd.Low;
}
