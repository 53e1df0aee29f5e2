using Ftte;
using Ftte.TinyEngine;

namespace TrainOnDevice.Planning;

/// <summary>Represents a step of a plan for a table.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Trained">The trained part, such as <c>weight 25 %, bias</c>; empty for none.</param>
/// <param name="SavedBytes">The bytes that are saved for the backward pass.</param>
/// <param name="ForwardBytes">All bytes in use while it runs forward.</param>
/// <param name="BackwardBytes">All bytes in use while it runs backward; 0 if it does not.</param>
internal sealed record PlanRow(string Name, string Trained, long SavedBytes, long ForwardBytes, long BackwardBytes)
{
    private const string InputName = "input";

    /// <summary>Describes every step of a plan.</summary>
    public static PlanRow[] Of(TrainingPlan plan)
    {
        ILookup<string, string> trained = plan.Network.Layout.Blocks
            .Select(block => (Block: block, Share: ShareOf(plan.Selection, block.Range)))
            .Where(part => part.Share > 0)
            .ToLookup(part => OwnerOf(part.Block.Name), part => Describe(plan.Network, part.Block, part.Share), StringComparer.Ordinal);
        var steps = plan.Steps.Select(step => step.Name).ToHashSet(StringComparer.Ordinal);
        ILookup<string, long> saved = plan.Tensors
            .Where(tensor => tensor.Role == TensorRole.Saved)
            .ToLookup(tensor => steps.Contains(tensor.Name) ? tensor.Name : OwnerOf(tensor.Name), tensor => tensor.Bytes, StringComparer.Ordinal);
        return
        [
            .. plan.Steps.Select((step, t) => new PlanRow(
                step.Name,
                string.Join(", ", trained[step.Name].Distinct()),
                saved[step.Name].Sum() + (t == 0 ? saved[InputName].Sum() : 0),
                step.ForwardBytes,
                step.BackwardBytes)),
        ];
    }

    /// <summary>Removes the last part of a name such as <c>conv1.weight</c>; a name of one part is its own owner.</summary>
    private static string OwnerOf(string name) => name.LastIndexOf('.') is >= 0 and int dot ? name[..dot] : name;

    private static string Describe(Network network, ParameterBlock block, double share)
    {
        // No gradient reaches running statistics; they are updated from the batches.
        string part = network.Trainable.Contains(block.Range.Start) ? block.Name[(block.Name.LastIndexOf('.') + 1)..] : "statistics";
        return share < 1 ? $"{part} {100 * share:0.#} %" : part;
    }

    private static double ShareOf(ParameterSelection selection, ParameterRange block)
    {
        long selected = 0;
        foreach (ParameterRange range in selection.Ranges)
        {
            selected += Math.Max(0, Math.Min(range.End, block.End) - Math.Max(range.Start, block.Start));
        }

        return (double)selected / block.Length;
    }
}
