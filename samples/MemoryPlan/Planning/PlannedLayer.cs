using System.Collections.Immutable;
using Ftte;
using Ftte.Selection;

namespace MemoryPlan.Planning;

/// <summary>Specifies the kind of a layer.</summary>
internal enum LayerKind
{
    Convolution,
    Depthwise,
    Linear,
    Normalization,
}

/// <summary>Represents a trainable layer, with the following steps without parameters, such as its activation.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Choice">A description of the trained part; null for none.</param>
/// <param name="Parameters">The number of trainable parameters.</param>
/// <param name="TrainedParameters">The number of trained parameters.</param>
/// <param name="ImportanceShare">The importance of the whole layer, as a share of the total importance.</param>
/// <param name="TrainedImportanceShare">The importance of the trained part, as a share of the total importance.</param>
/// <param name="HeldBytes">The bytes held during the whole step for the trained part: the values, and sums of gradients.</param>
/// <param name="SavedBytes">The bytes that the layer saves for the backward pass.</param>
internal sealed record PlannedLayer(
    string Name,
    LayerKind Kind,
    string? Choice,
    int Parameters,
    int TrainedParameters,
    double ImportanceShare,
    double TrainedImportanceShare,
    long HeldBytes,
    long SavedBytes)
{
    public bool IsTrained => Choice is not null;

    public double TrainedShare => (double)TrainedParameters / Parameters;

    /// <summary>Describes every layer of a plan, in execution order; steps before the first belong to it.</summary>
    public static ImmutableArray<PlannedLayer> Of(DevicePlan plan)
    {
        var layers = ImmutableArray.CreateBuilder<PlannedLayer>();
        ImmutableArray<TrainingStep> steps = plan.Request.Profile.Steps;
        long saved = 0;
        for (int t = 0; t < steps.Length; t++)
        {
            int choice = plan.Certificate.Choices[t];
            bool isPassed = t >= plan.Certificate.Timeline.Cut;
            long bytes = !isPassed ? 0 : choice >= 0 ? steps[t].Choices[choice].SavedBytes : steps[t].PassThroughSavedBytes;
            if (!steps[t].Choices.IsEmpty)
            {
                layers.Add(Describe(plan, steps[t], choice, layers.Count == 0) with { SavedBytes = saved + bytes });
                saved = 0;
            }
            else if (layers.Count > 0)
            {
                layers[^1] = layers[^1] with { SavedBytes = layers[^1].SavedBytes + bytes };
            }
            else
            {
                saved += bytes;
            }
        }

        return layers.ToImmutable();
    }

    private static PlannedLayer Describe(DevicePlan plan, TrainingStep step, int choice, bool isFirst)
    {
        TrainingChoice whole = step.Choices.MaxBy(c => c.ParameterCount)!;
        TrainingChoice? chosen = choice >= 0 ? step.Choices[choice] : null;
        BlockImportance importance = plan.Request.Importance;
        LayerKind kind = KindOf(plan.Request.Profile.Layout, whole, isFirst);
        return new PlannedLayer(
            step.Name,
            kind,
            kind == LayerKind.Normalization ? chosen?.Name.Replace("weight", "scale").Replace("bias", "shift") : chosen?.Name,
            whole.ParameterCount,
            chosen?.ParameterCount ?? 0,
            plan.Problem.Share(importance.Of(whole.Ranges)),
            chosen is null ? 0 : plan.Problem.Share(importance.Of(chosen.Ranges)),
            chosen?.PersistentBytes ?? 0,
            SavedBytes: 0);
    }

    /// <summary>Determines the kind of a layer from the shape of its weights: [height, width, inputs, filters], [inputs, outputs] or [channels].</summary>
    private static LayerKind KindOf(ParameterLayout layout, TrainingChoice whole, bool isFirst)
    {
        int[][] shapes = [.. layout.Blocks.Where(block => whole.Ranges.Any(range => range.Start <= block.Range.Start && range.End >= block.Range.End)).Select(block => block.Shape.ToArray())];
        return shapes.MaxBy(shape => shape.Length) switch
        {
            // One input per filter is a depthwise convolution, unless the image has one channel.
            [_, _, 1, _] when !isFirst => LayerKind.Depthwise,
            { Length: 4 } => LayerKind.Convolution,
            { Length: 2 } => LayerKind.Linear,
            _ => LayerKind.Normalization,
        };
    }
}
