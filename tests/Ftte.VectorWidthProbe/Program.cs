// Runs every workload and prints a hash of its result, one a line, for the tests to compare between processes with different instruction sets.
// The argument is the widest vector, in bits, that may be in force here: 512, 256, 128 or 0. If a wider one is, switching it off has failed.
using System.Globalization;
using Ftte.VectorWidthProbe;

int allowed = int.Parse(args[0], CultureInfo.InvariantCulture);
if (VectorWidth.Widest > allowed)
{
    await Console.Error.WriteLineAsync($"Vectors of {VectorWidth.Widest} bits are in force; at most {allowed} were to be.");
    return 1;
}

foreach (Workload workload in Workload.All)
{
    await Console.Out.WriteLineAsync(workload.Run());
}

return 0;
