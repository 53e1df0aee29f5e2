using Ftte;
using Ftte.Samples.Shared;
using Ftte.Simulation;
using Ftte.Simulation.Journal;

namespace Cifar10.Scenarios;

/// <summary>Stores base models, finished runs and the journal of the current run, so that a later call continues a stopped run.</summary>
/// <param name="folder">The folder; null to store no files.</param>
internal sealed class RunStore(string? folder)
{
    /// <summary>Converts text to a file name.</summary>
    public static string Slug(string text) => string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? char.ToLowerInvariant(c) : '-'));

    /// <summary>Returns the file of a base model; null if base models are not stored.</summary>
    public string? BaseModel(string name) => folder is null ? null : Path.Combine(folder, $"base-{name}.safetensors");

    /// <summary>Returns the journal of a run; null if runs are not stored.</summary>
    public RunJournal? Journal(string run, string settings) => folder is null ? null : new RunJournal(At(run, "journal"), settings);

    /// <summary>Finds a finished run.</summary>
    /// <param name="run">The name of the run.</param>
    /// <param name="settings">The settings of the run, on one line.</param>
    /// <param name="parse">Reads the line of JSON that was stored with the result.</param>
    /// <exception cref="InputException">The file is from a run with other settings, or is damaged.</exception>
    public (T Line, SimulationResult Result)? Find<T>(string run, string settings, Func<string, T?> parse)
        where T : class
    {
        if (folder is null || !File.Exists(At(run, "json")))
        {
            return null;
        }

        string path = At(run, "json");
        string[] lines = File.ReadAllLines(path);
        if (lines.Length != 2 || lines[0] != settings)
        {
            throw new InputException($"--resume: {path} is from a run with other settings, '{lines.FirstOrDefault()}'; this one has '{settings}'. Specify another folder, or delete the file.");
        }

        try
        {
            using StreamReader reader = File.OpenText(At(run, "jsonl"));
            return (parse(lines[1])!, ResultFile.ReadJsonLines(reader, At(run, "jsonl")));
        }
        catch (Exception bad) when (bad is IOException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new InputException($"--resume: {bad.Message} Delete {path} to run it again.", bad);
        }
    }

    /// <summary>Stores a finished run. The line is written last, so that all files that it refers to are complete.</summary>
    public void Add(string run, string settings, string line, SimulationResult result)
    {
        if (folder is null)
        {
            return;
        }

        AtomicFile.WriteText(At(run, "jsonl"), writer => ResultFile.WriteJsonLines(writer, result));
        AtomicFile.WriteAllText(At(run, "json"), $"{settings}\n{line}\n");
    }

    private string At(string run, string extension) => Path.Combine(folder!, $"{run}.{extension}");
}
