namespace Ftte.Structure.Tests;

/// <summary>The rule for namespaces: the project's name and the first folder. Folders that almost every app needs share the namespace of the project.</summary>
internal static class Namespaces
{
    private static readonly Dictionary<string, string[]> Shared = new()
    {
        ["Ftte"] = ["Model", "Protocol", "Client", "Server"],
        ["Ftte.TinyEngine"] = ["Networks", "Operations", "Options", "Data", "Planning", "Training", "Inference", "LocalTraining", "Weights", "Zoo", "Frozen", "FeatureStores", "DependencyInjection"],
        ["Ftte.Baselines"] = ["Selectors", "Importance", "Accounting"],
        ["Ftte.Simulation"] = ["Tasks", "Devices", "Rules", "Options", "Results"],
        ["Ftte.Simulation.Reports"] = ["Content"],
        ["Ftte.AspNetCore"] = ["Identity"],
        ["Ftte.Privacy"] = ["Accounting", "Options", "Aggregation"],
    };

    /// <summary>Returns the namespace of a file.</summary>
    /// <param name="project">The name of the project.</param>
    /// <param name="path">The path of the file relative to the project.</param>
    public static string Of(string project, string path)
    {
        string folder = path.Split('/')[0];
        return folder == path || (Shared.TryGetValue(project, out string[]? shared) && shared.Contains(folder)) ? project : $"{project}.{folder}";
    }
}
