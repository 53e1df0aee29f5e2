namespace Ftte.Samples.Shared;

/// <summary>Represents a group of steps, so that an axis needs fewer names: a stage, or a layer with the steps that follow it.</summary>
/// <param name="Name">The name.</param>
/// <param name="First">The first step.</param>
/// <param name="Count">The number of steps.</param>
internal sealed record StepGroup(string Name, int First, int Count)
{
    /// <summary>Groups a network's steps.</summary>
    /// <param name="names">The steps' names, in order.</param>
    /// <param name="layout">The network's layout, which determines the steps that are layers with weights.</param>
    public static List<StepGroup> Of(IReadOnlyList<string> names, ParameterLayout layout)
    {
        var steps = names.ToHashSet(StringComparer.Ordinal);
        var layers = layout.Blocks
            .Where(block => block.Shape.Length > 1)
            .Select(block => block.Name[..block.Name.LastIndexOf('.')])
            .ToHashSet(StringComparer.Ordinal);
        var groups = new List<StepGroup>();
        for (int t = 0; t < names.Count; t++)
        {
            // The first part of a name such as stage1.block1.bn1 is a stage; the first part of conv1.relu is a step, which is followed by the ReLU.
            string stem = names[t].Split('.')[0];
            bool isStep = steps.Contains(stem);
            bool begins = isStep ? layers.Contains(stem) && stem != groups.LastOrDefault()?.Name : stem != groups.LastOrDefault()?.Name;
            if (begins || groups.Count == 0)
            {
                groups.Add(new StepGroup(stem, t, 1));
            }
            else
            {
                groups[^1] = groups[^1] with { Count = groups[^1].Count + 1 };
            }
        }

        return groups;
    }
}
