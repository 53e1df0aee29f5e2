using System.Collections.Immutable;
using System.Numerics.Tensors;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.TinyEngine;

namespace MemoryPlan.Planning;

/// <summary>Represents a planning problem: the network, the training options and the request to a selector.</summary>
/// <param name="Network">The network.</param>
/// <param name="Sgd">The training options.</param>
/// <param name="Engine">The engine options.</param>
/// <param name="Frozen">The frozen parameters; null for the whole vector as float32.</param>
/// <param name="Request">The costs, the importance and the budgets.</param>
internal sealed record PlanningProblem(Network Network, SgdOptions Sgd, EngineOptions Engine, FrozenParameters? Frozen, SelectionRequest Request) : IDisposable
{
    /// <summary>Gets the choice of each step that trains the maximum number of parameters; -1 for none.</summary>
    public ImmutableArray<int> Everything { get; } =
    [
        .. Request.Profile.Steps.Select(step => step.Choices.IsEmpty ? -1 : step.Choices.IndexOf(step.Choices.MaxBy(choice => choice.ParameterCount)!)),
    ];

    /// <summary>Gets the total importance.</summary>
    public double TotalImportance => Request.Importance.Of(Network.Trainable.Ranges);

    /// <summary>Gets the memory of training all parameters.</summary>
    public long EverythingBytes => MemoryTimeline.Compute(Request.Profile, Everything.AsSpan()).PeakBytes;

    /// <summary>Gets the minimum memory of any selection within the other budgets; null if there is none.</summary>
    public long? SmallestBytes
    {
        get
        {
            int[] choices = [.. Everything.Select(_ => -1)];
            long? minimum = null;
            for (int t = 0; t < choices.Length; t++)
            {
                for (choices[t] = 0; choices[t] < Request.Profile.Steps[t].Choices.Length; choices[t]++)
                {
                    bool isTooMuch = sizeof(float) * (long)Request.Profile.Steps[t].Choices[choices[t]].ParameterCount > Request.PayloadBudgetBytes
                        || Request.Profile.CountMultiplyAdds(choices) > Request.ComputeBudget;
                    long bytes = MemoryTimeline.Compute(Request.Profile, choices).PeakBytes;
                    minimum = isTooMuch || bytes > minimum ? minimum : bytes;
                }

                choices[t] = -1;
            }

            return minimum;
        }
    }

    /// <summary>Creates the problem of the options.</summary>
    /// <exception cref="InputException">The weights cannot be read, or the batch is too large.</exception>
    public static PlanningProblem Of(PlanOptions options)
    {
        Network network = NetworkZoo.Create(options.Model, NormalizationKind.Batch);
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
            throw new InputException($"--batch {options.Batch}: this number of examples of {options.Model} exceeds the maximum size of a tensor; specify a smaller --batch, or --micro.", tooLarge);
        }
    }

    /// <summary>Returns an importance as a share of the total importance; 0 if the total is 0.</summary>
    public double Share(double importance) => TotalImportance > 0 ? importance / TotalImportance : 0;

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
