using System.Globalization;
using Ftte.Samples.Shared;

namespace Ftte.Benchmarks;

/// <summary>The options of a verb: checked as a whole before anything is measured.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Gets a value that indicates whether a few rounds are enough: the figures mean little, but every row is measured.</summary>
    public bool IsQuick => _values.ContainsKey("--quick");

    /// <summary>Gets the file that the rows are written to as JSON; null for none.</summary>
    public string? JsonFile => _values.GetValueOrDefault("--json");

    /// <summary>Reads options.</summary>
    /// <param name="args">What was typed after the verb.</param>
    /// <param name="known">The options that the verb has. <c>--quick</c> takes no value, all others take one.</param>
    /// <exception cref="InputException">An option is unknown, has no value, or names a file that cannot be written.</exception>
    public static Arguments Parse(string[] args, params string[] known)
    {
        var arguments = new Arguments();
        for (int i = 0; i < args.Length; i++)
        {
            string option = args[i];
            if (!known.Contains(option))
            {
                string options = known.Length == 0 ? "This verb has no options." : $"Specify {string.Join(", ", known)}.";
                throw new InputException($"Unknown option '{option}'. {options}{Suggestion.For(option, known)}");
            }

            bool isFlag = option == "--quick";
            if (!isFlag && i + 1 == args.Length)
            {
                throw new InputException($"{option} has no value. Specify one after it.");
            }

            arguments._values[option] = isFlag ? "" : args[++i];
        }

        if (arguments.JsonFile is { } json)
        {
            OutputFile.Check("--json", json);
        }

        return arguments;
    }

    /// <summary>Returns a whole number.</summary>
    /// <exception cref="InputException">The value is not a number in the range.</exception>
    public int Number(string option, int standard, int lowest, int highest)
    {
        if (!_values.TryGetValue(option, out string? text))
        {
            return standard;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest
            ? number
            : throw new InputException($"{option} {text}: specify a whole number from {lowest} to {highest}.");
    }

    /// <summary>Returns a text; null if the option was not specified.</summary>
    public string? Text(string option) => _values.GetValueOrDefault(option);

    /// <summary>Returns names that are separated by commas.</summary>
    /// <exception cref="InputException">A name is unknown.</exception>
    public string[] Names(string option, string[] standard, IReadOnlyCollection<string> known)
    {
        string[] names = _values.TryGetValue(option, out string? text) ? text.Split(',', StringSplitOptions.TrimEntries) : standard;
        return names.FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? throw new InputException($"{option} '{unknown}': unknown name. Specify one or several of {string.Join(", ", known)}, with commas between them.{Suggestion.For(unknown, known)}")
            : names;
    }

    /// <summary>Writes the rows to the file that was asked for, and says so.</summary>
    public void Save(string json)
    {
        if (JsonFile is { } file)
        {
            AtomicFile.WriteAllText(file, json);
            Console.WriteLine($"Wrote {file}.");
        }
    }
}
