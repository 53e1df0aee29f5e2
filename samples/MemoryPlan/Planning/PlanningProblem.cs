using System.Collections.Immutable;
using System.Numerics.Tensors;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.TinyEngine;

namespace MemoryPlan.Planning;

/// <summary>What is to be planned: the network, how it is trained, and what a selector is asked.</summary>
/// <param name="Network">The network.</param>
/// <param name="Sgd">How it is trained.</param>
/// <param name="Engine">How memory is used.</param>
/// <param name="Frozen">Where the frozen parameters are; null for the whole vector as float32.</param>
/// <param name="Request">Costs, importance and budgets.</param>
internal sealed record PlanningProblem(Network Network, SgdOptions Sgd, EngineOptions Engine, FrozenParameters? Frozen, SelectionRequest Request) : IDisposable
{
    /// <summary>Gets for each step the choice that trains most of it, or -1.</summary>
    public ImmutableArray<int> Everything { get; } =
    [
        .. Request.Profile.Steps.Select(step => step.Choices.IsEmpty ? -1 : step.Choices.IndexOf(step.Choices.MaxBy(choice => choice.ParameterCount)!)),
    ];

    /// <summary>Gets what training everything is worth.</summary>
    public double Worth => Request.Importance.Of(Network.Trainable.Ranges);

    /// <summary>Gets the memory that training everything takes.</summary>
    public long EverythingBytes => MemoryTimeline.Compute(Request.Profile, Everything.AsSpan()).PeakBytes;

    /// <summary>Gets the least memory in which anything can be trained that keeps the other budgets; null if nothing does.</summary>
    public long? SmallestBytes
    {
        get
        {
            int[] choices = [.. Everything.Select(_ => -1)];
            long? least = null;
            for (int t = 0; t < choices.Length; t++)
            {
                for (choices[t] = 0; choices[t] < Request.Profile.Steps[t].Choices.Length; choices[t]++)
                {
                    bool isTooMuch = sizeof(float) * (long)Request.Profile.Steps[t].Choices[choices[t]].ParameterCount > Request.PayloadBudgetBytes
                        || Request.Profile.CountMultiplyAdds(choices) > Request.ComputeBudget;
                    long bytes = MemoryTimeline.Compute(Request.Profile, choices).PeakBytes;
                    least = isTooMuch || bytes > least ? least : bytes;
                }

                choices[t] = -1;
            }

            return least;
        }
    }

    /// <summary>States the problem that the user set.</summary>
    /// <exception cref="InputException">The weights cannot be read, or the batch is too large.</exception>
    public static PlanningProblem Of(PlanOptions options)
    {
        Network network = NetworkZoo.Create(options.Model);
        float[] parameters = network.Initialize(options.Seed);
        if (options.WeightsFile is { } weights)
        {
            WeightFile.Read(weights, network, parameters);
        }

        var sgd = new SgdOptions { BatchSize = options.Batch };
        var engine = new EngineOptions { MicroBatchSize = options.Micro };
        FrozenParameters? frozen = options.Frozen == FrozenKind.Float32
            ? null
            : FrozenParameters.Compress(network, parameters, options.Frozen == FrozenKind.Int8 ? FrozenFormat.Int8 : FrozenFormat.BFloat16);
        try
        {
            var request = new SelectionRequest(
                network.Profile(sgd, engine, options.Shares, frozen), Importance(network, parameters, options.Importance), options.BudgetBytes, options.PayloadBytes)
            {
                ComputeBudget = options.Compute,
            };
            return new PlanningProblem(network, sgd, engine, frozen, request);
        }
        catch (ArgumentException tooLarge)
        {
            frozen?.Dispose();
            throw new InputException($"--batch {options.Batch}: so many examples of {options.Model} at once are more than one tensor can hold; give a smaller --batch, or --micro.", tooLarge);
        }
    }

    /// <summary>Gives a worth as a share of what training everything is worth; 0 if nothing is worth anything.</summary>
    public double Share(double worth) => Worth > 0 ? worth / Worth : 0;

    /// <summary>Plans a selection to the byte.</summary>
    public TrainingPlan Plan(ParameterSelection selection) => Network.Plan(selection, Sgd, Engine, Frozen);

    public void Dispose() => Frozen?.Dispose();

    private static BlockImportance Importance(Network network, ReadOnlyMemory<float> parameters, ImportanceKind kind) => new(
        network.Layout,
        [
            .. network.Layout.Blocks.Select(block =>
                !network.Trainable.Contains(block.Range.Start) ? 0
                : kind == ImportanceKind.Parameters ? block.Range.Length
                : (double)TensorPrimitives.SumOfSquares(parameters.Span.Slice(block.Range.Start, block.Range.Length))),
        ]);
}
