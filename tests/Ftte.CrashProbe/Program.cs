// Saves one numbered state after another until it is killed, and prints the number of each state that is saved.
// The arguments are the file and the first number.
using System.Globalization;
using Ftte;
using Ftte.CrashProbe;

var store = new FileStateStore(args[0]);
for (int number = int.Parse(args[1], CultureInfo.InvariantCulture); ; number++)
{
    store.Save(NumberedState.Create(number));
    Console.WriteLine(number);
}
