using Ftte.Selection;
using Ftte.TinyEngine.Execution;
using Ftte.TinyEngine.Memory;
using Ftte.TinyEngine.Numerics;

namespace Ftte.TinyEngine.Importance;

/// <summary>Measures the importance of training each block on a device: the sum over examples of the squared norm of the example's gradient.</summary>
/// <remarks>
/// <para>The sum is N times the trace of the empirical Fisher matrix of the block; TraDy (arXiv 2510.19675) finds that gradient norms rank layers
/// alike on all tasks, so a few examples of each device are enough. Squares are summed in float64 in a fixed order: the same bits at every vector width,
/// and for every grouping of the blocks.</para>
/// <para><b>Memory</b>: examples run one at a time. A tile of a gradient is squared, summed and discarded as soon as training would apply it. Nothing is
/// updated, so neither a copy of trained parameters nor a gradient is held: a block takes the parameters, the input of its layer, the masks of the layers
/// after it, and the activations and gradients in transit. Blocks are measured in groups that fit <see cref="ProbeOptions.MemoryBudgetBytes"/>, from the last to the first; the budget is
/// never exceeded.</para>
/// <para>Normalization uses the running statistics, and dropout is disabled. Running statistics have the value 0. Uses the calling thread; safe to share.</para>
/// </remarks>
public sealed class GradientEnergyProbe
{
    private readonly PlanSettings _oneByOne;
    private readonly Network _network;
    private readonly ProbeOptions _options;
    private readonly Memory<byte> _memory;
    private readonly Lazy<ProbeGrouping> _grouping;

    /// <summary>Creates a probe; memory is allocated only during a measurement.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options; null for the defaults. Copied.</param>
    /// <param name="memory">Memory for the arena, used by one run at a time; blocks that do not fit into it are not measured. Empty to allocate native memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public GradientEnergyProbe(Network network, ProbeOptions? options = null, Memory<byte> memory = default)
        : this(network, options, memory, personalBytes: 0, isMapped: false)
    {
    }

    /// <summary>Creates a probe of a device: personal parameters count toward the budget, and a mapped vector does not.</summary>
    internal GradientEnergyProbe(Network network, ProbeOptions? options, Memory<byte> memory, long personalBytes, bool isMapped)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
        _oneByOne = new PlanSettings(BatchSize: 1, MicroBatchSize: 1) { PersonalBytes = personalBytes, FrozenBytes = isMapped ? 0 : null };
        _options = options?.Copy() ?? new ProbeOptions();
        _options.Validate();
        _memory = memory;
        long budget = _options.MemoryBudgetBytes ?? long.MaxValue;
        long arena = memory.IsEmpty ? long.MaxValue : memory.Length - Tensor.Alignment;
        _grouping = new(() => ProbeGrouping.Find(network.Layout, network.Trainable, (first, last) =>
            Plan(first, last) is var plan && PeakOf(plan) <= budget && plan.ArenaBytes <= arena ? PeakOf(plan) : null));
    }

    /// <summary>Measures every block.</summary>
    /// <param name="parameters">The flat vector; not changed.</param>
    /// <param name="examples">The examples, at least one.</param>
    /// <param name="seed">The seed of the choice of examples, the first ones that training with the same seed would use, and of their augmentation.</param>
    /// <param name="cancellationToken">Cancels between two examples.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The vector or the examples do not fit the network, or there are no examples.</exception>
    /// <exception cref="InvalidOperationException">An example's label is not a class of the network, or a gradient is not finite.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public ProbeResult Measure(
        ReadOnlySpan<float> parameters, IExampleSource examples, ulong seed = 0, CancellationToken cancellationToken = default)
    {
        int exampleCount = _network.CheckFits(parameters, examples);
        cancellationToken.ThrowIfCancellationRequested();
        int count = Math.Min(_options.MaxExamples, exampleCount);
        var energies = new BlockEnergies(_network.Layout);
        foreach (ProbeGroup group in _grouping.Value.Groups)
        {
            Measure(group, parameters, examples, exampleCount, count, seed, energies, cancellationToken);
        }

        BlockImportance importance = BlockValues.Seal(_network, energies.Sums);
        return new ProbeResult(importance, count, _grouping.Value.Groups, [.. _grouping.Value.Unprobed.Select(b => _network.Layout.Blocks[b])]);
    }

    private static long PeakOf(TrainingPlan plan) => plan.ParameterBytes + plan.ArenaBytes + plan.PersonalBytes;

    private unsafe void Measure(
        ProbeGroup group, ReadOnlySpan<float> parameters, IExampleSource examples, int exampleCount, int count, ulong seed, BlockEnergies energies, CancellationToken cancellationToken)
    {
        TrainingPlan plan = Plan(group.FirstBlock, group.LastBlock);
        using var session = new TrainingSession(plan, new EngineOptions { Memory = _memory });
        var batch = new ExampleBatch(examples, new Shuffle(exampleCount, SplitMix64.At(seed, 0)), first: 0, seed);
        fixed (float* received = parameters)
        {
            using var frozen = new BorrowedVector(received, parameters.Length);
            // A group is one range, so its packed parameters are a slice of the received vector; they are only read.
            using TrainingRun run = session.Begin(frozen, received + _network.Layout.RangeOf(group.FirstBlock).Start, exampleCount);
            (session.Pass.LossScale, session.Pass.Energies) = (1, energies);
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                session.Forward(batch, i, 1);
                session.Backward();
            }
        }
    }

    private TrainingPlan Plan(int first, int last)
    {
        int start = _network.Layout.RangeOf(first).Start;
        var range = new ParameterRange(start, _network.Layout.RangeOf(last).End - start);
        return _network.Plan(ParameterSelection.Create(_network.Layout.ParameterCount, [range]), _oneByOne);
    }
}
